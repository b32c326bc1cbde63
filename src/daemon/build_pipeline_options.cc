#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/build_options.h"
#include "hypnos/base/check.h"

namespace hypnos {
namespace {

namespace pb = config;

FfLayerOptions BuildLayer(const pb::Layer& layer) {
  FfLayerOptions options;
  options.units = layer.units();
  options.constraint_units = layer.constraint_units();
  options.damping = static_cast<float>(layer.damping());
  options.threshold_per_unit = static_cast<float>(layer.threshold_per_unit());
  options.temperature_per_unit = static_cast<float>(layer.temperature_per_unit());
  options.self = layer.self();
  options.peer_normalisation = static_cast<float>(layer.peer_normalisation());
  options.norm_cap = static_cast<float>(layer.norm_cap());
  options.top_units = layer.top_units();
  return options;
}

LearningRule BuildRule(pb::Learning::Rule rule) {
  switch (rule) {
    case pb::Learning::REHEARSED:
      return LearningRule::kRehearsed;
    case pb::Learning::DEFERRED_CONTRAST:
      return LearningRule::kDeferredContrast;
    case pb::Learning::CARRIED_VELOCITY:
      return LearningRule::kCarriedVelocity;
    case pb::Learning::INTERLEAVED:
      return LearningRule::kInterleaved;
    case pb::Learning::LOOKING:
      return LearningRule::kLooking;
  }
  HYPNOS_CHECK(false);
  return LearningRule::kLooking;
}

LearningOptions BuildLearning(const pb::Learning& learning) {
  LearningOptions options;
  options.rule = BuildRule(learning.rule());
  options.rate = static_cast<float>(learning.rate());
  options.velocity = static_cast<float>(learning.velocity());
  options.weight_decay = static_cast<float>(learning.weight_decay());
  options.online_share = static_cast<float>(learning.online_share());
  options.threshold_share = static_cast<float>(learning.threshold_share());
  options.optimiser =
      learning.optimiser() == pb::Learning::RMS ? Optimiser::kRms : Optimiser::kPlain;
  options.square_memory = static_cast<float>(learning.square_memory());
  options.hold_steps = learning.rate_schedule().hold_steps();
  options.fall_steps = learning.rate_schedule().fall_steps();
  options.rate_floor = static_cast<float>(learning.rate_schedule().floor());
  return options;
}

NegativeWeights BuildNegatives(const pb::Negatives& negatives) {
  return {.dream = negatives.dream(),
          .one_step = negatives.one_step(),
          .hybrid = negatives.hybrid(),
          .splice = negatives.splice(),
          .random_label = negatives.random_label(),
          .predicted_label = negatives.predicted_label(),
          .hurried = negatives.hurried()};
}

// No layer reads what it never has to tell apart.
NetworkLabelOptions BuildNetworkLabels(const pb::Config& config) {
  const pb::Labels& labels = config.labels();
  const bool shown = BuildNegatives(config.learning().negatives()).wrong_label();
  return {.classes = static_cast<size_t>(labels.classes_size()),
          .shown = shown && !labels.classes().empty(),
          .place = labels.place() == pb::Labels::INPUT ? LabelPlace::kInput : LabelPlace::kTop,
          .strength = static_cast<float>(labels.strength()),
          .read_out_rate = static_cast<float>(labels.read_out_rate())};
}

PipelineNovelty BuildNovelty(const pb::Novelty& novelty) {
  PipelineNovelty built;
  built.by = novelty.surprise() == pb::Novelty::PREDICTION_ERROR ? SurpriseKind::kPredictionError
                                                                 : SurpriseKind::kGoodness;
  built.options.calibration = {.new_normal_seconds = novelty.new_normal_seconds(),
                               .reach = static_cast<int>(novelty.reach()),
                               .persistence_frames = novelty.persistence_frames()};
  built.options.events = {.warm_up_seconds = novelty.warm_up_seconds(),
                          .begin_score = novelty.begin_score(),
                          .end_score = novelty.end_score(),
                          .quiet_seconds = novelty.quiet_seconds(),
                          .least_seconds = novelty.least_seconds(),
                          .cooldown_seconds = novelty.cooldown_seconds(),
                          .scene_share = novelty.scene_share(),
                          .settle_seconds = novelty.settle_seconds()};
  return built;
}

// One that is none is met again where a source is opened, which says so.
size_t SymbolsOf(const pb::TextEncoding& text) {
  const auto alphabet = BuildAlphabet(text);
  return alphabet.ok() ? alphabet->size() : 2;
}

GeneratorOptions BuildGenerator(const pb::Config& config) {
  GeneratorOptions options;
  options.rate = static_cast<float>(config.generator().rate());
  options.start = config.generator().start() == pb::Generator::ZERO ? GeneratorStart::kZero
                                                                    : GeneratorStart::kCopyLast;
  if (config.generator().rule() == pb::Generator::LEAST_SQUARES) {
    options.rule = GeneratorRule::kLeastSquares;
  }
  options.horizon_steps = config.generator().horizon_frames();
  if (ReadsText(config)) {
    options.kind = GeneratorKind::kSoftmax;
    options.symbols = SymbolsOf(config.encoding().text());
  }
  return options;
}

NetworkOptions BuildNetwork(const pb::Config& config) {
  NetworkOptions options;
  if (ReadsText(config) || ReadsSeries(config)) {
    // Every reader is a place of its own, and a row is one.
    options.patches.size = 1;
  } else if (config.encoding().has_patches()) {
    options.patches.size = static_cast<int>(config.encoding().patches().size());
    options.patches.stride = static_cast<int>(config.encoding().patches().stride());
  }
  for (const pb::Layer& layer : config.network().layers()) {
    options.layers.push_back({BuildLayer(layer), layer.top_down()});
    options.layers.back().layer.storage = config.network().weights() == pb::Network::BF16
                                              ? WeightStorage::kBfloat16
                                              : WeightStorage::kFloat32;
  }
  // Of a daemon that computes layers of others and has none of its own.
  if (options.layers.empty()) options.layers.emplace_back();
  options.input_scale = config.network().input_scale() == pb::Network::SCALED
                            ? InputScale::kScaled
                            : InputScale::kLengthNormalised;
  options.input_noise_power = static_cast<float>(config.network().input_noise_power());
  options.generator = BuildGenerator(config);
  options.learning = BuildLearning(config.learning());
  options.labels = BuildNetworkLabels(config);
  return options;
}

VideoEncoderOptions BuildEncoder(const pb::Encoding& encoding) {
  VideoEncoderOptions options;
  options.width = static_cast<int>(encoding.width());
  options.height = static_cast<int>(encoding.height());
  options.colour = encoding.colour() == pb::Encoding::BGR ? VideoEncoderOptions::Colour::kBgr
                                                          : VideoEncoderOptions::Colour::kGrey;
  options.temporal_difference = encoding.temporal_difference();
  options.optical_flow = encoding.optical_flow();
  options.motion = encoding.motion();
  options.place = encoding.place();
  options.cell = static_cast<int>(encoding.cell());
  options.scaling = {.horizon_frames = encoding.scaling_horizon_frames(),
                     .settle_frames = encoding.scaling_settle_frames()};
  return options;
}

TextEncoderOptions BuildTextEncoder(const pb::TextEncoding& text) {
  return {.symbols = SymbolsOf(text), .window = text.window(), .readers = text.readers()};
}

bool IsLog(const pb::Source& source) {
  const auto& entries = source.playlist().entries();
  if (!entries.empty()) return std::ranges::all_of(entries, IsLog);
  return source.has_series() && source.series().format() == pb::SeriesSource::LINES;
}

std::optional<DailyHours> BuildHours(const pb::Schedule& schedule) {
  if (schedule.hours().empty()) return std::nullopt;
  std::vector<HoursOfDay> hours;
  for (const pb::HoursOfSleep& each : schedule.hours()) {
    // What is none was refused when the configuration was read.
    HoursOfDay& one = hours.emplace_back(HoursOfDay{.begin = ParseTimeOfDay(each.from()).value(),
                                                    .end = ParseTimeOfDay(each.to()).value()});
    if (each.days().empty()) continue;
    one.days = {};
    for (const int day : each.days()) one.days[static_cast<size_t>(day)] = true;
  }
  return DailyHours::Create(std::move(hours), schedule.time_zone()).value();
}

SleepNeed BuildNeed(const pb::SleepNeed& need) {
  const auto unless_zero = [](double limit) {
    return limit > 0 ? std::optional(limit) : std::nullopt;
  };
  return {.negatives_above = unless_zero(need.negatives_above()),
          .goodness_ratio = unless_zero(need.goodness_ratio()),
          .saturated = unless_zero(need.saturated()),
          .auc = unless_zero(need.auc()),
          .margin = need.margin(),
          .positives_below = unless_zero(need.positives_below())};
}

std::optional<double> Limit(double limit) {
  return limit > 0 ? std::optional(limit) : std::nullopt;
}

GuardOptions BuildGuard(const pb::Guard& guard) {
  return {.enabled = guard.enabled(),
          .limits = {.dead_units = Limit(guard.dead_units()),
                     .weight_norm = Limit(guard.weight_norm()),
                     .effective_rank = Limit(guard.effective_rank()),
                     .cosine = Limit(guard.cosine()),
                     .auc = Limit(guard.auc()),
                     .margin = guard.margin(),
                     .scorings = guard.scorings(),
                     .patience_scorings = guard.patience_scorings()},
          .attempts = guard.attempts(),
          .rate_factor = guard.rate_factor(),
          .recover_steps = guard.recover_steps(),
          .keep_every_steps = guard.keep_every_steps(),
          .good_state_bytes = guard.good_state_mebibytes() << 20};
}

WakeSleepOptions BuildSchedule(const pb::Schedule& schedule) {
  return {.wake_steps = schedule.wake_steps(),
          .sleep_steps = schedule.sleep_steps(),
          .hours = BuildHours(schedule),
          .need = BuildNeed(schedule.need()),
          .least_wake_steps = schedule.need().least_wake_steps(),
          .longest_need_steps = schedule.need().longest_steps(),
          .quiet = FromSeconds(schedule.quiet_seconds()),
          .longest_sleep_steps = schedule.longest_sleep_steps(),
          .wake_when_finished = schedule.wake_when_finished()};
}

WhileAsleep BuildWhileAsleep(pb::Schedule::WhileAsleep what) {
  switch (what) {
    case pb::Schedule::WAIT:
      return WhileAsleep::kWait;
    case pb::Schedule::DROP:
      return WhileAsleep::kDrop;
    case pb::Schedule::REMEMBER:
      return WhileAsleep::kRemember;
    case pb::Schedule::LOOK:
      break;
  }
  return WhileAsleep::kLook;
}

// A log has one column, whose words are read, also where nobody named it.
std::vector<SeriesColumn> ColumnsOf(const pb::Config& config) {
  std::vector<SeriesColumn> columns = BuildColumns(config.encoding().series());
  const bool lines = std::ranges::all_of(config.sources(), IsLog);
  if (columns.empty() && lines) columns.push_back(LineOfALog());
  return columns;
}

}  // namespace

std::vector<SeriesColumn> BuildColumns(const pb::SeriesEncoding& series) {
  std::vector<SeriesColumn> columns;
  for (const pb::SeriesColumn& column : series.columns()) {
    columns.push_back({.name = column.name(),
                       .kind = column.kind() == pb::SeriesColumn::CATEGORY ? ColumnKind::kCategory
                               : column.kind() == pb::SeriesColumn::LOG    ? ColumnKind::kLog
                                                                           : ColumnKind::kNumber,
                       .buckets = column.buckets()});
  }
  return columns;
}

SeriesEncoderOptions BuildSeriesEncoder(const pb::Config& config) {
  const pb::SeriesEncoding& series = config.encoding().series();
  return {.columns = ColumnsOf(config),
          .difference = series.difference(),
          .bumps = series.bumps(),
          .time_of_day = series.time_of_day(),
          .time_of_week = series.time_of_week(),
          .window = series.window(),
          .horizon_rows = series.horizon_rows()};
}

Result<Alphabet> BuildAlphabet(const pb::TextEncoding& text) {
  return Alphabet::Create(text.alphabet().empty() ? kDefaultAlphabet
                                                  : std::string_view(text.alphabet()));
}

PipelineOptions BuildPipelineOptions(const pb::Config& config) {
  PipelineOptions options;
  options.seed = config.seed();
  if (ReadsText(config)) {
    options.encoder = BuildTextEncoder(config.encoding().text());
  } else if (ReadsSeries(config)) {
    options.encoder = BuildSeriesEncoder(config);
  } else {
    options.encoder = BuildEncoder(config.encoding());
  }
  options.network = BuildNetwork(config);
  options.steps_per_frame = static_cast<int>(config.network().steps_per_frame());
  options.schedule = BuildSchedule(config.schedule());
  options.while_asleep = BuildWhileAsleep(config.schedule().while_asleep());
  options.asleep_frames = config.schedule().asleep_frames();
  options.dream_steps = static_cast<int>(config.schedule().dream_steps());
  options.negatives = BuildNegatives(config.learning().negatives());
  options.memory.sequences = config.memory().sequences();
  options.memory.context_frames = config.memory().context_frames();
  options.memory.interval_frames = config.memory().interval_frames();
  options.memory.residuals = config.memory().residuals();
  options.probe.sequences = config.probe().sequences();
  options.probe.interval_frames = config.probe().interval_frames();
  options.probe.locations = config.probe().locations();
  options.probe.after_sleep = config.probe().after_sleep();
  options.probe.every_steps = config.probe().every_steps();
  options.guard = BuildGuard(config.guard());
  if (config.novelty().enabled()) options.novelty = BuildNovelty(config.novelty());
  options.threads = static_cast<int>(config.pipeline().threads());
  options.frames_in_flight = config.pipeline().frames_in_flight();
  return options;
}

}  // namespace hypnos
