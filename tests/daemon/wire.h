// A broker's subject in memory: what is sent is delivered in its order, by a thread of its own; or
// lost, or held back, as it is told.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "hypnos/cluster/layer_mail.h"

namespace hypnos {

class Wire {
 public:
  Wire() : delivering_([this] { Deliver(); }) {}
  ~Wire() {
    Close();
    delivering_.join();
  }
  // Nothing is delivered any longer.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
      receivers_.clear();
    }
    changed_.notify_all();
    // Until what is being delivered has been.
    const std::lock_guard lock(delivery_);
  }

  void Connect(std::function<void(std::string_view)> receiver) {
    const std::lock_guard lock(mutex_);
    receivers_.push_back(std::move(receiver));
  }
  LayerMail mail() {
    return {.send = [this](std::string_view parcel) { return Send(parcel); },
            .most_bytes = [this] { return cut_ ? 0 : most_bytes_.load(); }};
  }
  Status Send(std::string_view parcel) {
    const std::lock_guard lock(mutex_);
    ++sent_;
    if (cut_ || (lose_every_ > 0 && sent_ % lose_every_ == 0)) return {};
    waiting_.emplace_back(parcel);
    changed_.notify_all();
    return {};
  }

  // Of those who are connected nobody hears any more.
  void Disconnect() {
    {
      const std::lock_guard lock(mutex_);
      receivers_.clear();
    }
    const std::lock_guard lock(delivery_);
  }

  void LoseEvery(uint64_t parcels) { lose_every_ = parcels; }
  void Cut(bool cut) { cut_ = cut; }
  void Hold(bool hold) {
    hold_ = hold;
    changed_.notify_all();
  }
  void set_most_bytes(size_t most) { most_bytes_ = most; }
  size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  uint64_t sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  void Deliver() {
    while (true) {
      std::string parcel;
      std::vector<std::function<void(std::string_view)>> receivers;
      {
        std::unique_lock lock(mutex_);
        while (!closed_ && (hold_ || waiting_.empty())) {
          changed_.wait_for(lock, std::chrono::milliseconds(10));
        }
        if (closed_) return;
        parcel = std::move(waiting_.front());
        waiting_.pop_front();
      }
      const std::lock_guard delivering(delivery_);
      {
        const std::lock_guard lock(mutex_);
        receivers = receivers_;
      }
      for (const auto& receiver : receivers) receiver(parcel);
    }
  }

  std::mutex mutex_, delivery_;
  std::condition_variable changed_;
  std::deque<std::string> waiting_;
  std::vector<std::function<void(std::string_view)>> receivers_;
  uint64_t sent_ = 0;
  std::atomic<uint64_t> lose_every_ = 0;
  std::atomic<size_t> most_bytes_ = 1 << 20;
  std::atomic<bool> cut_ = false, hold_ = false;
  bool closed_ = false;
  std::thread delivering_;
};

}  // namespace hypnos
