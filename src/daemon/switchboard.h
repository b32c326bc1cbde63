// Answers clients where each source has a network of its own: hands each request to the networks
// that it is about, which answer for themselves, and does what is of the whole daemon.
// What names no source is about all networks; what can be about one only must name it where there
// are several. Where there is one, it answers as the only one of a daemon would.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/answer.h"
#include "daemon/config_in_effect.h"
#include "daemon/learners.h"
#include "daemon/worker.h"
#include "hypnos/control/service.h"

namespace hypnos {

class Switchboard final : public ControlService {
 public:
  struct Parts {
    Learners& learners;
    std::function<void()> stop;
    std::function<bool()> stopping;
    std::function<Result<config::Config>()> read_config;
    std::function<void(const config::Config&)> apply;
    // As in ServiceParts.
    std::function<HistoryKeeper*()> history;
    std::function<const Herald*()> herald = []() -> const Herald* { return nullptr; };
    // For what the daemon says of itself when it watches nothing.
    std::string version;
    SharedEvents events = nullptr;
  };

  Switchboard(Parts parts, const config::Config& config);

  void Handle(const control::Request& request, const std::shared_ptr<CallState>& call,
              Reply reply) override;
  Status CheckTopic(control::Topic topic) override;
  control::Update Sample(const TopicSet& topics) override;
  Result<control::Update> SampleOf(const std::string& source, const TopicSet& topics) override;

  // See ConfigInEffect. Threads: safe.
  Result<control::ReloadConfigResponse> Reload() { return config_.Reload(); }

 private:
  ConfigInEffect::Parts ConfigParts();
  // Empty where it is for networks to answer.
  bool AnswerHere(const control::Request& request, const Answer& answer);
  Result<control::Response> AddSource(const std::string& yaml);
  Result<control::Response> RemoveSource(const std::string& name);
  Result<control::Response> ShowConfig() const;
  void Shutdown(const Answer& answer);
  // Of networks that there are none of.
  Result<control::Response> OfNone(const control::Request& request) const;
  void AskAll(const control::Request& request, const std::shared_ptr<CallState>& call,
              const std::vector<Learners::Shared>& all, const Answer& answer);

  const Parts parts_;
  ConfigInEffect config_;
  Worker worker_;  // ends before what its jobs use
};

}  // namespace hypnos
