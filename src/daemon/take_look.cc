#include "daemon/take_look.h"

#include "daemon/ask_pipeline.h"

namespace hypnos {

Result<Look> TakeLook(Pipeline& pipeline, const LookParts& parts, const std::string& source) {
  return AskPipeline<Look>(pipeline, [parts, source](PipelineControl& control) {
    return control.TakeLook(parts, source);
  });
}

}  // namespace hypnos
