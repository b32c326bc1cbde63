// What is answered by a look at a copy of the network: what it sees, expects and dreams, and what
// its layers are made of. Computed on a worker's thread; the network itself does not notice.
// Threads: safe.
#pragma once

#include <optional>
#include <string>

#include "daemon/activity_meter.h"
#include "daemon/answer.h"
#include "daemon/live_views.h"
#include "daemon/service_parts.h"
#include "daemon/status_answers.h"
#include "daemon/worker.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/control/service.h"
#include "hypnos/sources/alphabet.h"
#include "hypnos/sources/series_encoder.h"
#include "proto/config.pb.h"
#include "proto/control.pb.h"

namespace hypnos {

class LookAnswers {
 public:
  // `parts` and `status` must outlive this object.
  LookAnswers(const ServiceParts& parts, const StatusAnswers& status, const config::Config& config);

  void InspectLayer(const control::InspectLayerRequest& request, const Answer& answer);
  void Dream(const control::DreamRequest& request, const Answer& answer);
  void Predict(const control::PredictRequest& request, const Answer& answer);
  void Snapshot(const std::string& source, const Answer& answer);

  // Activity and pictures, as last made. Never waits.
  void AddTo(const TopicSet& topics, control::Update* update);

 private:
  bool has_pictures() const { return !alphabet_ && !series_; }
  // For the worker. May be half a second old.
  Result<const Look*> LookAtLayer(size_t layer, const std::string& source);

  const ServiceParts& parts_;
  const StatusAnswers& status_;
  const int layers_;
  const VideoEncoderOptions::Colour colour_;
  const std::optional<Alphabet> alphabet_;            // where text is read
  const std::optional<SeriesEncoderOptions> series_;  // where series are read
  const float goodness_share_;

  // The worker's own.
  struct InspectedLayer {
    size_t layer;
    std::string source;
    Instant at;
    Look look;
  };
  std::optional<InspectedLayer> inspected_;
  ActivityMeter meter_;
  LiveViews views_;
  Worker worker_;  // ends before what its jobs use
};

}  // namespace hypnos
