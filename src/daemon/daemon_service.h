// Answers what clients ask of a daemon with one network, or of one of its networks. What is at hand
// is answered at once; what changes the learning goes to the pipeline, in the order in which it
// came; what takes long goes to a worker that looks at a copy.
#pragma once

#include <functional>
#include <string>

#include "daemon/answer.h"
#include "daemon/config_in_effect.h"
#include "daemon/look_answers.h"
#include "daemon/service_parts.h"
#include "daemon/status_answers.h"
#include "daemon/worker.h"
#include "hypnos/control/service.h"
#include "hypnos/pipeline/pipeline.h"
#include "proto/config.pb.h"

namespace hypnos {

class DaemonService final : public ControlService {
 public:
  DaemonService(ServiceParts parts, const config::Config& config, std::string version);

  void Handle(const control::Request& request, const std::shared_ptr<CallState>& call,
              Reply reply) override;
  Status CheckTopic(control::Topic topic) override;
  control::Update Sample(const TopicSet& topics) override;
  Result<control::Update> SampleOf(const std::string& source, const TopicSet& topics) override;

  // What the daemon does, of a network of this status. Threads: safe.
  control::StatusResponse Describe(const StatusSnapshot& now) const {
    return status_.Describe(now);
  }

  // See ConfigInEffect. Threads: safe.
  Result<control::ReloadConfigResponse> Reload() { return config_.Reload(); }

  // Somebody else than a client has switched it.
  void NoteLearning(bool on) { status_.NoteLearning(on); }

 private:
  using Command = std::function<Result<control::Response>(PipelineControl&)>;

  Result<control::Response> AnswerNow(const control::Request& request);
  // To the pipeline, unless nobody waits any more by then.
  void Order(const Answer& answer, Command command);

  Result<control::Response> ListSources() const;
  Result<control::Response> PauseSource(const std::string& name, bool paused);
  // For the changer.
  Result<control::Response> AddSource(const std::string& yaml);
  Result<control::Response> RemoveSource(const std::string& name);
  Result<control::Response> ShowConfig() const;

  void Shutdown(const Answer& answer);
  void SetLearning(bool on, const Answer& answer);
  void SleepNow(uint64_t steps, const Answer& answer);
  void AbortSleep(const Answer& answer);
  void Wake(const Answer& answer);
  void SetLabel(const control::SetLabelRequest& request, const Answer& answer);

  Result<control::Response> Guard() const;
  void ResumeGuard(bool full_rate, const Answer& answer);
  void Probe(bool now, const Answer& answer);
  void ReloadConfig(const Answer& answer);
  void Checkpoint(const control::Request& request, const Answer& answer);
  // Whether the network can watch these sources.
  Status CheckSources(const config::Config& next) const;
  ConfigInEffect::Parts ConfigParts();

  const ServiceParts parts_;
  const config::Labels labels_;
  const bool guards_;
  const bool reads_text_;
  const bool reads_series_;
  ConfigInEffect config_;
  StatusAnswers status_;
  LookAnswers looks_;
  // What may have to wait for a disk or a camera: checkpoints, sources, the configuration. No
  // picture waits for it. Ends before what its jobs use.
  Worker changer_;
};

}  // namespace hypnos
