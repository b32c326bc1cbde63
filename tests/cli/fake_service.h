// A daemon that does nothing, but answers everything, with every field of every answer filled in.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/samples.h"
#include "hypnos/control/service.h"

namespace hypnos::cli {

// Threads: safe.
class FakeService final : public ControlService {
 public:
  void Handle(const control::Request& request, const std::shared_ptr<CallState>&,
              Reply reply) override {
    if (on_request) on_request(request);
    std::optional<Error> error;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      error = error_;
    }
    if (error) return reply(*error);
    if (silent) return;
    reply(SampleResponse(request.kind_case()));
  }

  Status CheckTopic(control::Topic topic) override {
    if (topic != control::EVENTS || events) return {};
    return Error{Code::kUnimplemented, "NO_EVENTS", "this daemon does not notice events yet"};
  }

  control::Update Sample(const TopicSet& topics) override {
    control::Update update = SampleUpdate(++sampled_);
    if (!topics.Has(control::ACTIVITY)) update.clear_activity();
    if (!topics.Has(control::GOODNESS)) update.clear_layers();
    if (!topics.Has(control::PHASE)) update.clear_phase();
    if (!topics.Has(control::SOURCES)) update.clear_sources();
    if (!topics.Has(control::EVENTS)) update.clear_events();
    if (!topics.Has(control::LABELS)) update.clear_labels();
    return update;
  }

  Result<control::Update> SampleOf(const std::string& source, const TopicSet& topics) override {
    if (source == "door") {
      control::Update update = Sample(topics);
      // Others happen elsewhere meanwhile.
      for (auto& event : *update.mutable_events()) event.set_id(event.id() + 10 * sampled_);
      return update;
    }
    return Error{Code::kNotFound, "SOURCE_NOT_FOUND", "there is no source of that name"};
  }

  // From now on the answer to everything.
  void AnswerWith(Error error) {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
  }
  std::vector<control::Request> TakeRequests() {
    const std::lock_guard lock(mutex_);
    return std::exchange(requests_, {});
  }

  // It never answers.
  std::atomic<bool> silent = false;
  // Whether it has events to tell.
  std::atomic<bool> events = true;
  // Called on the server's thread. Set before there is a client.
  std::function<void(const control::Request&)> on_request;

 private:
  std::mutex mutex_;
  std::vector<control::Request> requests_;
  std::optional<Error> error_;
  uint64_t sampled_ = 0;
};

}  // namespace hypnos::cli
