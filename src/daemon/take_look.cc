#include "daemon/take_look.h"

#include <future>
#include <memory>
#include <utility>

#include "daemon/answer.h"

namespace hypnos {

Result<Look> TakeLook(Pipeline& pipeline, const LookParts& parts) {
  auto promise = std::make_shared<std::promise<Result<Look>>>();
  std::future<Result<Look>> look = promise->get_future();
  pipeline.Post([promise = std::move(promise), parts](PipelineControl& control) {
    promise->set_value(control.TakeLook(parts));
  });
  try {
    return look.get();
  } catch (const std::future_error&) {
    // The command was destroyed undone.
    return StoppingError();
  }
}

}  // namespace hypnos
