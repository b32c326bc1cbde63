#include "daemon/take_look.h"

#include "daemon/ask_pipeline.h"

namespace hypnos {

Result<Look> TakeLook(Pipeline& pipeline, const LookParts& parts) {
  return AskPipeline<Look>(pipeline,
                           [parts](PipelineControl& control) { return control.TakeLook(parts); });
}

}  // namespace hypnos
