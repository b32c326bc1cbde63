// A broker in memory, that lets in whom it is told to, and whose connections are lost when it is
// told so.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/cluster/link.h"

namespace hypnos {

class FakeBroker {
 public:
  static constexpr std::chrono::seconds kPatience{20};
  using Message = std::pair<std::string, std::string>;

  std::unique_ptr<Connector> NewConnector() { return std::make_unique<ToIt>(*this); }

  // The next ones are not let in.
  void WillRefuse(Error error, int times) {
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < times; ++i) refusals_.push_back(error);
  }
  // What is published from now on is not taken.
  void TakeNothing(std::optional<Error> error) {
    const std::lock_guard lock(mutex_);
    takes_nothing_ = std::move(error);
  }
  void Lose(const std::string& why) {
    LinkEvents events;
    {
      const std::lock_guard lock(mutex_);
      events = events_;
    }
    events.lost(why);
  }
  void Say(const std::string& subject, const std::string& bytes) {
    std::vector<Link::Handler> handlers;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [to, handler] : subscriptions_) {
        if (to == subject) handlers.push_back(handler);
      }
    }
    for (const auto& handler : handlers) handler(bytes);
  }
  void set_most_bytes(size_t most) { most_bytes_ = most; }

  // The next time that somebody waits for what was published. Before that is done.
  void set_meanwhile(std::function<void()> meanwhile) { meanwhile_ = std::move(meanwhile); }

  int WaitForConnections(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kPatience, [&] { return connections_ >= count; });
    return connections_;
  }
  std::vector<Message> Messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }

 private:
  class Connected final : public Link {
   public:
    explicit Connected(FakeBroker& broker) : broker_(broker) {}
    ~Connected() override {
      const std::lock_guard lock(broker_.mutex_);
      broker_.subscriptions_.clear();
    }
    Status Publish(const std::string& subject, std::string_view bytes) override {
      const std::lock_guard lock(broker_.mutex_);
      if (broker_.takes_nothing_) return *broker_.takes_nothing_;
      broker_.messages_.emplace_back(subject, bytes);
      return {};
    }
    Status Flush(Duration) override {
      if (const auto meanwhile = std::exchange(broker_.meanwhile_, {})) meanwhile();
      return {};
    }
    Status Subscribe(const std::string& subject, Handler handler) override {
      const std::lock_guard lock(broker_.mutex_);
      broker_.subscriptions_.emplace_back(subject, std::move(handler));
      return {};
    }
    size_t most_bytes() const override { return broker_.most_bytes_; }

   private:
    FakeBroker& broker_;
  };

  class ToIt final : public Connector {
   public:
    explicit ToIt(FakeBroker& broker) : broker_(broker) {}
    Result<std::unique_ptr<Link>> Connect(LinkEvents events) override {
      const std::lock_guard lock(broker_.mutex_);
      if (!broker_.refusals_.empty()) {
        Error error = broker_.refusals_.front();
        broker_.refusals_.pop_front();
        return error;
      }
      broker_.events_ = std::move(events);
      ++broker_.connections_;
      broker_.changed_.notify_all();
      return std::unique_ptr<Link>(new Connected(broker_));
    }

   private:
    FakeBroker& broker_;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Error> refusals_;
  std::optional<Error> takes_nothing_;
  LinkEvents events_;
  std::function<void()> meanwhile_;
  std::vector<std::pair<std::string, Link::Handler>> subscriptions_;
  std::vector<Message> messages_;
  size_t most_bytes_ = 1 << 20;
  int connections_ = 0;
};

}  // namespace hypnos
