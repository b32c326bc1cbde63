#include "hypnos/cluster/layer_post.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace hypnos {

struct LayerPost::State {
  State(std::shared_ptr<Broker> with, std::string to)
      : broker(std::move(with)), subject(std::move(to)) {}

  Status Offer(std::string_view parcel) {
    {
      const std::lock_guard lock(mutex);
      if (waiting_bytes + parcel.size() > kMostWaitingBytes) {
        ++lost;
        return Error{Code::kUnavailable, "TOO_MUCH", "more is sent than the broker takes"};
      }
      waiting_bytes += parcel.size();
      waiting.emplace_back(parcel);
    }
    changed.notify_one();
    return {};
  }

  void Publish() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stopping || !waiting.empty(); });
      if (stopping) return;
      const std::string parcel = std::move(waiting.front());
      waiting.pop_front();
      waiting_bytes -= parcel.size();
      lock.unlock();
      const bool published = broker->Publish(subject, parcel).ok();
      lock.lock();
      if (!published) ++lost;
    }
  }

  const std::shared_ptr<Broker> broker;
  const std::string subject;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> waiting;
  size_t waiting_bytes = 0;
  uint64_t lost = 0;
  bool stopping = false;
  std::thread publishing;
};

LayerPost::LayerPost(std::shared_ptr<Broker> broker, std::string subject)
    : state_(std::make_unique<State>(std::move(broker), std::move(subject))) {
  state_->publishing = std::thread([state = state_.get()] { state->Publish(); });
}

LayerPost::~LayerPost() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  state_->publishing.join();
}

LayerMail LayerPost::mail() {
  return {.send = [state = state_.get()](std::string_view parcel) { return state->Offer(parcel); },
          .most_bytes = [state = state_.get()] { return state->broker->most_bytes(); },
          .waiting =
              [state = state_.get()] {
                const std::lock_guard lock(state->mutex);
                return state->waiting_bytes;
              }};
}

uint64_t LayerPost::lost() const {
  const std::lock_guard lock(state_->mutex);
  return state_->lost;
}

}  // namespace hypnos
