// Answers what clients ask of a daemon with one network, or of one of its networks. What is at hand
// is answered at once; what changes the learning goes to the pipeline, in the order in which it
// came; what takes long goes to a worker that looks at a copy.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/activity_meter.h"
#include "daemon/answer.h"
#include "daemon/checkpoint_keeper.h"
#include "daemon/config_in_effect.h"
#include "daemon/event_book.h"
#include "daemon/live_views.h"
#include "daemon/spread.h"
#include "daemon/status.h"
#include "daemon/watched_sources.h"
#include "daemon/worker.h"
#include "hypnos/base/clock.h"
#include "hypnos/control/service.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/alphabet.h"
#include "hypnos/sources/series_encoder.h"
#include "proto/config.pb.h"

namespace hypnos {

class Herald;
class HistoryKeeper;

// What the service asks and changes. All must outlive it.
struct ServiceParts {
  const Clock& clock;
  Pipeline& pipeline;
  const StatusBoard& board;
  WatchedSources& sources;
  // As TERM.
  std::function<void()> stop;
  std::function<bool()> stopping;
  // How many are connected.
  std::function<size_t()> clients;
  // Of all networks; null: nothing is remembered.
  std::function<HistoryKeeper*()> history = []() -> HistoryKeeper* { return nullptr; };
  // Null: nothing is published.
  std::function<const Herald*()> herald = []() -> const Herald* { return nullptr; };
  // Layers that other daemons compute.
  std::function<std::vector<MeasuredSpread::Seat>()> elsewhere = [] {
    return std::vector<MeasuredSpread::Seat>();
  };
  // What is recorded; empty, or nothing: nothing is.
  std::function<std::optional<telemetry::SessionLog>()> session_log = {};
  // What is learned from is a recording: nobody may change anything.
  bool replaying = false;
  // Reads the configuration again, as at the start; empty: it cannot be.
  std::function<Result<config::Config>()> read_config;
  // Null: none are kept.
  CheckpointKeeper* checkpoints = nullptr;
  // Puts what can be changed while it runs into effect.
  std::function<void(const config::Config&)> apply;
  // Null: nothing is remembered.
  SharedEvents events = nullptr;
};

class DaemonService final : public ControlService {
 public:
  DaemonService(ServiceParts parts, const config::Config& config, std::string version);

  void Handle(const control::Request& request, const std::shared_ptr<CallState>& call,
              Reply reply) override;
  Status CheckTopic(control::Topic topic) override;
  control::Update Sample(const TopicSet& topics) override;

  // What the daemon does, of a network of this status. Threads: safe.
  control::StatusResponse Describe(const StatusSnapshot& now) const;

  // See ConfigInEffect. Threads: safe.
  Result<control::ReloadConfigResponse> Reload() { return config_.Reload(); }

  // Somebody else than a client has switched it.
  void NoteLearning(bool on) { learning_ = on; }

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
  Result<control::Response> ListLayers() const;
  Result<control::Response> SleepStatus() const;
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
  void InspectLayer(const control::InspectLayerRequest& request, const Answer& answer);
  void Dream(const control::DreamRequest& request, const Answer& answer);
  void Predict(const control::PredictRequest& request, const Answer& answer);
  void Snapshot(const std::string& source, const Answer& answer);
  void ReloadConfig(const Answer& answer);
  void Checkpoint(const control::Request& request, const Answer& answer);
  // For the changer.
  Result<control::Response> CheckpointNow(const control::Request& request);
  // For the thinker. May be half a second old.
  Result<const Look*> LookAtLayer(size_t layer, const std::string& source);

  telemetry::Phase PhaseNow() const;
  bool has_pictures() const { return !alphabet_ && !series_; }
  // Whether the network can watch these sources.
  Status CheckSources(const config::Config& next) const;
  ConfigInEffect::Parts ConfigParts();
  std::vector<telemetry::Layer> LayersNow(const StatusSnapshot& status) const;
  // Nothing where there are none.
  std::optional<telemetry::Labels> LabelsNow(const StatusSnapshot& status) const;

  const ServiceParts parts_;
  const std::string version_;
  const Instant begin_;
  const config::Network network_;
  const config::Labels labels_;
  const bool guards_;
  const VideoEncoderOptions::Colour colour_;
  const std::optional<Alphabet> alphabet_;            // where text is read
  const std::optional<SeriesEncoderOptions> series_;  // where series are read
  const float goodness_share_;
  ConfigInEffect config_;
  std::atomic<bool> learning_ = true;

  // The thinker's own.
  struct InspectedLayer {
    size_t layer;
    std::string source;
    Instant at;
    Look look;
  };
  std::optional<InspectedLayer> inspected_;
  ActivityMeter meter_;
  LiveViews views_;
  // Both end before what their jobs use. What computes: pictures, dreams, histograms.
  Worker thinker_;
  // What may have to wait for a disk or a camera: checkpoints, sources, the configuration. No
  // picture waits for it.
  Worker changer_;
};

}  // namespace hypnos
