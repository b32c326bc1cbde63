// Has the pipeline do something between two steps, and waits until it is done.
#pragma once

#include <future>
#include <memory>
#include <utility>

#include "daemon/answer.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

// What `ask`, a function of a PipelineControl&, gives. Not for the thread that runs the pipeline,
// which would wait for itself. kUnavailable, reason STOPPING: it was not done any more.
template <class T, class Ask>
Result<T> AskPipeline(Pipeline& pipeline, Ask ask) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  std::future<Result<T>> answer = promise->get_future();
  pipeline.Post([promise = std::move(promise), ask = std::move(ask)](PipelineControl& control) {
    promise->set_value(ask(control));
  });
  try {
    return answer.get();
  } catch (const std::future_error&) {
    // The command was destroyed undone.
    return StoppingError();
  }
}

}  // namespace hypnos
