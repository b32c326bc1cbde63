// Commands on their way to the thread that runs the pipeline. While nobody runs it, they are done
// at once by whoever brings them. Threads: safe.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

#include "hypnos/base/bell.h"
#include "hypnos/pipeline/command.h"

namespace hypnos {

class CommandBox {
 public:
  // `bell` is rung when there is a command: who waits for a frame then looks.
  void Open(Bell& bell) {
    const std::lock_guard lock(mutex_);
    bell_ = &bell;
  }

  // Does what is left, and what comes from now on at once.
  void Close(PipelineControl& control) {
    const std::lock_guard lock(mutex_);
    bell_ = nullptr;
    some_ = false;
    for (PipelineCommand& command : std::exchange(commands_, {})) command(control);
  }

  void Post(PipelineCommand command, PipelineControl& control) {
    const std::lock_guard lock(mutex_);
    if (bell_ == nullptr) return command(control);
    commands_.push_back(std::move(command));
    some_ = true;
    bell_->Ring();
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
  Bell* bell_ = nullptr;  // null: nobody runs the pipeline
  std::deque<PipelineCommand> commands_;
  std::atomic<bool> some_ = false;
};

}  // namespace hypnos
