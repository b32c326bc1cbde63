// A reply that comes in any case: where the last copy goes unanswered, because whoever had it was
// not to do any more work, it says that the daemon is stopping.
// Threads: safe.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "hypnos/control/service.h"

namespace hypnos {

inline Error StoppingError() {
  return {Code::kUnavailable, "STOPPING", "the daemon is stopping, and changes nothing any more"};
}

class Answer {
 public:
  Answer(Reply reply, std::shared_ptr<CallState> call)
      : state_(std::make_shared<State>(std::move(reply), std::move(call))) {}

  // Only the first one counts.
  void operator()(Result<control::Response> response) const { state_->Give(std::move(response)); }

  // Nobody waits for it any more: what was not begun need not be.
  bool cancelled() const { return state_->call->cancelled(); }

 private:
  struct State {
    State(Reply given, std::shared_ptr<CallState> asked)
        : reply(std::move(given)), call(std::move(asked)) {}
    ~State() { Give(StoppingError()); }
    void Give(Result<control::Response> response) {
      if (!answered.exchange(true)) reply(std::move(response));
    }

    const Reply reply;
    const std::shared_ptr<CallState> call;
    std::atomic<bool> answered = false;
  };

  std::shared_ptr<State> state_;
};

}  // namespace hypnos
