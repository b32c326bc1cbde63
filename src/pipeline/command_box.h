// Commands on their way to the thread that runs the pipeline. While nobody runs it, they are done
// at once by whoever brings them. Threads: safe.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

#include "hypnos/pipeline/command.h"
#include "hypnos/sources/frame_queue.h"

namespace hypnos {

class CommandBox {
 public:
  // `queue` is nudged when there is a command: who waits for a frame then looks.
  void Open(FrameQueue& queue) {
    const std::lock_guard lock(mutex_);
    queue_ = &queue;
  }

  // Does what is left, and what comes from now on at once.
  void Close(PipelineControl& control) {
    const std::lock_guard lock(mutex_);
    queue_ = nullptr;
    some_ = false;
    for (PipelineCommand& command : std::exchange(commands_, {})) command(control);
  }

  void Post(PipelineCommand command, PipelineControl& control) {
    const std::lock_guard lock(mutex_);
    if (queue_ == nullptr) return command(control);
    commands_.push_back(std::move(command));
    some_ = true;
    queue_->Nudge();
  }

  // For the thread that runs the pipeline. Costs next to nothing where there are none.
  void RunAll(PipelineControl& control) {
    if (!some_) return;
    std::deque<PipelineCommand> commands;
    {
      const std::lock_guard lock(mutex_);
      some_ = false;
      commands.swap(commands_);
    }
    for (PipelineCommand& command : commands) command(control);
  }

 private:
  std::mutex mutex_;
  FrameQueue* queue_ = nullptr;
  std::deque<PipelineCommand> commands_;
  std::atomic<bool> some_ = false;
};

}  // namespace hypnos
