// What a daemon does for its clients, as the server sees it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

// A set of topics.
class TopicSet {
 public:
  TopicSet() = default;
  TopicSet(std::initializer_list<control::Topic> topics) {
    for (const auto topic : topics) Add(topic);
  }
  void Add(control::Topic topic) { bits_ |= uint32_t{1} << topic; }
  bool Has(control::Topic topic) const { return (bits_ >> topic & 1) != 0; }
  bool operator==(const TopicSet&) const = default;
  // The check takes the zero that the compiler compares with for a pointer.
  auto operator<=>(const TopicSet&) const = default;  // NOLINT(modernize-use-nullptr)

 private:
  uint32_t bits_ = 0;
};

// What a subscription is about.
struct Subject {
  TopicSet topics = {};
  // Of whose network alone; empty: of all.
  std::string source = {};
  bool operator==(const Subject&) const = default;
  auto operator<=>(const Subject&) const = default;  // NOLINT(modernize-use-nullptr): as above
};

// One request on its way. Threads: safe.
class CallState {
 public:
  // Nobody waits for it any more: what was not begun need not be.
  void Cancel() { cancelled_ = true; }
  bool cancelled() const { return cancelled_; }

 private:
  std::atomic<bool> cancelled_ = false;
};

// Called once, by any thread.
using Reply = std::function<void(Result<control::Response>)>;

// Threads: called on the server's thread only. Nothing may block: it would keep all clients
// waiting.
class ControlService {
 public:
  virtual ~ControlService() = default;

  // Any request but a subscription, from somebody who may ask it. `reply` may be called later, also
  // after the server is gone.
  virtual void Handle(const control::Request& request, const std::shared_ptr<CallState>& call,
                      Reply reply) = 0;

  // Whether updates of a topic can be given.
  virtual Status CheckTopic(control::Topic topic) = 0;
  // What the topics say now; seq and dropped are filled in by the server.
  virtual control::Update Sample(const TopicSet& topics) = 0;
  // The same of the network of one source. kNotFound, reason SOURCE_NOT_FOUND; kInvalidArgument,
  // reason ONE_NETWORK, where it has none to itself.
  virtual Result<control::Update> SampleOf(const std::string& source, const TopicSet& topics) = 0;
};

}  // namespace hypnos
