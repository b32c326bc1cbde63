#include "daemon/look_answers.h"

#include <chrono>
#include <utility>

#include "daemon/build_options.h"
#include "daemon/dream_answers.h"
#include "daemon/labour.h"
#include "daemon/layer_answers.h"
#include "daemon/series_answers.h"
#include "daemon/snapshot.h"
#include "daemon/take_look.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

namespace pb = control;
using pb::Response;

constexpr Duration kInspectionAge = std::chrono::milliseconds(500);

Error NoSuchLayer(uint32_t layer, int layers) {
  return {Code::kNotFound, "LAYER_NOT_FOUND",
          Format("there is no layer {}; there are layers 1 to {}", layer, layers)};
}

VideoEncoderOptions::Colour ColourOf(const config::Config& config) {
  return config.encoding().colour() == config::Encoding::BGR ? VideoEncoderOptions::Colour::kBgr
                                                             : VideoEncoderOptions::Colour::kGrey;
}

// Of a wrong one the source tells, and nothing is ever looked at.
std::optional<Alphabet> AlphabetOf(const config::Config& config) {
  if (!ReadsText(config)) return std::nullopt;
  auto alphabet = BuildAlphabet(config.encoding().text());
  return alphabet.ok() ? std::optional(*std::move(alphabet)) : std::nullopt;
}

std::optional<SeriesEncoderOptions> SeriesOf(const config::Config& config) {
  if (!ReadsSeries(config)) return std::nullopt;
  return BuildSeriesEncoder(config);
}

}  // namespace

LookAnswers::LookAnswers(const ServiceParts& parts, const StatusAnswers& status,
                         const config::Config& config)
    : parts_(parts),
      status_(status),
      layers_(config.network().layers_size()),
      colour_(ColourOf(config)),
      alphabet_(AlphabetOf(config)),
      series_(SeriesOf(config)),
      goodness_share_(static_cast<float>(config.generator().goodness_share())),
      meter_(parts.clock, parts.pipeline, worker_),
      views_(parts.clock, parts.pipeline, parts.board, worker_, colour_),
      worker_(kMostWaiting) {}

Result<const Look*> LookAnswers::LookAtLayer(size_t layer, const std::string& source) {
  const Instant now = parts_.clock.Now();
  const bool same = inspected_ && inspected_->layer == layer && inspected_->source == source;
  if (!same || now - inspected_->at > kInspectionAge) {
    inspected_.reset();
    HYPNOS_ASSIGN_OR_RETURN(Look look, TakeLook(parts_.pipeline, {.weights_of = layer}, source));
    inspected_ = {layer, source, now, std::move(look)};
  }
  return &inspected_->look;
}

void LookAnswers::InspectLayer(const pb::InspectLayerRequest& request, const Answer& answer) {
  if (request.layer() < 1 || request.layer() > static_cast<uint32_t>(layers_)) {
    return answer(NoSuchLayer(request.layer(), layers_));
  }
  if (const auto valid = CheckInspect(request); !valid.ok()) return answer(valid.error());
  Labour(worker_, answer, "BUSY_LOOKING", [this, request]() -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const Look* look, LookAtLayer(request.layer() - 1, request.source()));
    Response response;
    *response.mutable_inspect_layer() = InspectionOf(*look, request);
    const auto told = status_.Layers(parts_.board.Snapshot());
    if (request.layer() <= told.size()) {
      *response.mutable_inspect_layer()->mutable_layer() = told[request.layer() - 1];
    }
    return response;
  });
}

void LookAnswers::Dream(const pb::DreamRequest& request, const Answer& answer) {
  const auto steps = DreamSteps(request);
  if (!steps.ok()) return answer(steps.error());
  const uint64_t seed = request.seed();
  Labour(worker_, answer, "BUSY_DREAMING",
         [this, steps = *steps, seed, source = request.source()]() -> Result<Response> {
           HYPNOS_ASSIGN_OR_RETURN(const Look look, TakeLook(parts_.pipeline, kDreamParts, source));
           Response response;
           HYPNOS_ASSIGN_OR_RETURN(*response.mutable_dream(),
                                   alphabet_ ? DreamTextOf(look, steps, seed, *alphabet_)
                                   : series_ ? DreamSeriesOf(look, steps, seed, *series_)
                                             : DreamOf(look, steps, seed, colour_));
           return response;
         });
}

void LookAnswers::Predict(const pb::PredictRequest& request, const Answer& answer) {
  const auto steps = PredictSteps(request);
  if (!steps.ok()) return answer(steps.error());
  Labour(worker_, answer, "BUSY_DREAMING",
         [this, steps = *steps, source = request.source()]() -> Result<Response> {
           HYPNOS_ASSIGN_OR_RETURN(
               const Look look,
               TakeLook(parts_.pipeline, series_ ? kDreamParts : kPredictParts, source));
           Response response;
           HYPNOS_ASSIGN_OR_RETURN(*response.mutable_predict(),
                                   alphabet_
                                       ? PredictedTextOf(look, steps, *alphabet_, goodness_share_)
                                   : series_ ? PredictedSeriesOf(look, steps, *series_)
                                             : PredictionOf(look, steps, colour_));
           const StatusSnapshot now = parts_.board.Snapshot();
           if (now.prediction_error) {
             response.mutable_predict()->set_prediction_error(*now.prediction_error);
           }
           if (auto labels = status_.Labels(now)) {
             *response.mutable_predict()->mutable_labels() = *std::move(labels);
           }
           return response;
         });
}

void LookAnswers::Snapshot(const std::string& source, const Answer& answer) {
  if (!has_pictures()) {
    return answer(Error{Code::kUnimplemented, "NO_PICTURE",
                        Format("the network reads {}, of which there is no picture; ask what it "
                               "predicts or dreams",
                               alphabet_ ? "text" : "series")});
  }
  Labour(worker_, answer, "BUSY_LOOKING", [this, source]() -> Result<Response> {
    HYPNOS_ASSIGN_OR_RETURN(const Look look, TakeLook(parts_.pipeline, kSnapshotParts, source));
    Response response;
    *response.mutable_snapshot() = SnapshotOf(look, colour_);
    if (auto labels = status_.Labels(parts_.board.Snapshot())) {
      *response.mutable_snapshot()->mutable_labels() = *std::move(labels);
    }
    return response;
  });
}

void LookAnswers::AddTo(const TopicSet& topics, pb::Update* update) {
  if (topics.Has(pb::ACTIVITY)) {
    for (auto& activity : meter_.Latest()) *update->add_activity() = std::move(activity);
  }
  if (has_pictures()) views_.AddTo(topics, update);
}

}  // namespace hypnos
