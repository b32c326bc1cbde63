#include "daemon/build_options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "daemon/session_source.h"
#include "hypnos/base/file_system.h"

namespace hypnos {

bool IsText(const config::Source& source) {
  return source.has_text() || source.session().text() ||
         std::ranges::any_of(source.playlist().entries(), IsText);
}

bool IsSeries(const config::Source& source) {
  return source.has_series() || source.session().series() ||
         std::ranges::any_of(source.playlist().entries(), IsSeries);
}

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

TextSourceOptions BuildText(const pb::TextSource& source, const pb::TextEncoding& encoding) {
  return {.path = source.path(),
          .alphabet = encoding.alphabet(),
          .unknown = encoding.unknown(),
          .readers = encoding.readers(),
          .rounds = source.rounds(),
          .follow = source.follow()};
}

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

ForeignSourceOptions BuildSession(const pb::SessionSource& session, const pb::Config& config) {
  const SessionSourceOptions options = {
      .path = session.path(),
      .source = session.source(),
      .rules = RulesOf(config),
      .classes = {config.labels().classes().begin(), config.labels().classes().end()}};
  return {[options](const SourceIdentity& identity) {
    static PosixFileSystem files;
    return OpenSessionSource(files, identity, options);
  }};
}

SyntheticSourceOptions::Scene BuildScene(pb::SyntheticSource::Scene scene) {
  switch (scene) {
    case pb::SyntheticSource::POTATO:
      return SyntheticSourceOptions::Scene::kPotato;
    case pb::SyntheticSource::GLYPHS:
      return SyntheticSourceOptions::Scene::kGlyphs;
    case pb::SyntheticSource::DIGITS:
      return SyntheticSourceOptions::Scene::kDigits;
  }
  HYPNOS_CHECK(false);
  return SyntheticSourceOptions::Scene::kPotato;
}

SyntheticSourceOptions BuildSynthetic(const pb::SyntheticSource& synthetic) {
  SyntheticSourceOptions options;
  options.scene = BuildScene(synthetic.scene());
  options.width = static_cast<int>(synthetic.width());
  options.height = static_cast<int>(synthetic.height());
  options.frame_rate_hz = synthetic.frame_rate_hz();
  options.frames = synthetic.frames();
  options.revolutions_per_second = synthetic.revolutions_per_second();
  options.shape = synthetic.shape();
  options.glyphs = static_cast<int>(synthetic.glyphs());
  options.frames_per_digit = static_cast<int>(synthetic.frames_per_digit());
  return options;
}

std::optional<LearningGateOptions> BuildGate(const pb::LearningGate& gate) {
  if (!gate.enabled()) return std::nullopt;
  return LearningGateOptions{.frozen = FromSeconds(gate.frozen_seconds()),
                             .placeholder_share = gate.placeholder_share(),
                             .stale = FromSeconds(gate.stale_seconds())};
}

PictureShare BuildShare(const pb::Rectangle& rectangle) {
  return {rectangle.left(), rectangle.top(), rectangle.width(), rectangle.height()};
}

ViewOptions BuildView(const pb::Source& source) {
  ViewOptions options;
  if (source.has_region()) options.region = BuildShare(source.region());
  for (const pb::Rectangle& mask : source.masks()) options.masks.push_back(BuildShare(mask));
  return options;
}

StreamTransport BuildTransport(pb::StreamSource::Transport transport) {
  switch (transport) {
    case pb::StreamSource::AUTO:
      return StreamTransport::kAuto;
    case pb::StreamSource::TCP:
      return StreamTransport::kTcp;
    case pb::StreamSource::UDP:
      return StreamTransport::kUdp;
  }
  HYPNOS_CHECK(false);
  return StreamTransport::kAuto;
}

LiveOptions BuildLive(const pb::Source& source) {
  LiveOptions options;
  options.stall = FromSeconds(source.stall_seconds());
  options.reconnect = source.reconnect();
  options.waits = source.on_full() == pb::Source::BLOCK;
  options.max_frame_rate_hz = source.max_frame_rate_hz();
  options.gate = BuildGate(source.gate());
  // Of a stream that is kept waiting, late is what was made so here.
  if (options.gate && options.waits) options.gate->stale = Duration::max();
  return options;
}

SeriesSourceOptions BuildSeries(const pb::Source& source, const pb::SeriesEncoding& encoding) {
  const pb::SeriesSource& series = source.series();
  return {.path = series.path(),
          .lines = series.format() == pb::SeriesSource::LINES,
          .separator = series.separator().empty() ? '\0' : series.separator().front(),
          .time_column = series.time_column(),
          .columns = BuildColumns(encoding),
          .interval_seconds = series.interval_seconds(),
          .gap_factor = series.gap_factor(),
          .stop_at_bad_row = series.on_bad_row() == pb::SeriesSource::STOP,
          .rounds = series.rounds(),
          .follow = series.follow(),
          .live = BuildLive(source)};
}

LabelOptions BuildLabels(const pb::SourceLabels& source, const pb::Labels& labels) {
  LabelOptions options;
  options.classes = {labels.classes().begin(), labels.classes().end()};
  switch (source.from_case()) {
    case pb::SourceLabels::kFile:
      options.from = LabelOptions::From::kFile;
      options.text = source.file();
      break;
    case pb::SourceLabels::kName:
      options.from = LabelOptions::From::kName;
      options.text = source.name();
      break;
    case pb::SourceLabels::kFolder:
      options.from = LabelOptions::From::kFolder;
      break;
    case pb::SourceLabels::kScene:
      options.from = LabelOptions::From::kScene;
      break;
    case pb::SourceLabels::FROM_NOT_SET:
      break;
  }
  return options;
}

PlaylistOptions BuildPlaylist(const pb::Playlist& playlist, const pb::Config& config) {
  PlaylistOptions options;
  for (const pb::Source& entry : playlist.entries()) {
    options.entries.push_back(BuildSourceOptions(entry, config));
  }
  options.rounds = playlist.rounds();
  return options;
}

ControlTlsOptions BuildTls(const pb::ControlTls& tls) {
  return {tls.certificate(), tls.key(), tls.client_authority()};
}

control::Access BuildAccess(pb::Control::SocketAccess access) {
  switch (access) {
    case pb::Control::CONTROL:
      return control::CONTROL;
    case pb::Control::VIEW:
      return control::VIEW;
    case pb::Control::NONE:
      break;
  }
  return control::NONE;
}

bool IsLog(const pb::Source& source) {
  const auto& entries = source.playlist().entries();
  if (!entries.empty()) return std::ranges::all_of(entries, IsLog);
  return source.has_series() && source.series().format() == pb::SeriesSource::LINES;
}

bool IsConnected(const pb::Source& source) {
  return source.has_series() && source.series().path().starts_with("tcp://");
}

// Nobody knows when its next frame comes.
bool ComesWhenItComes(const pb::Source& source) {
  const bool is_fed = source.text().follow() || source.text().path() == "-" ||
                      source.series().follow() || source.series().path() == "-";
  return source.has_camera() || source.has_stream() || IsConnected(source) || is_fed;
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

}  // namespace

bool ReadsText(const pb::Config& config) { return std::ranges::any_of(config.sources(), IsText); }

bool ReadsSeries(const pb::Config& config) {
  return std::ranges::any_of(config.sources(), IsSeries);
}

bool WatchTheSameKind(const pb::Config& one, const pb::Config& other) {
  return ReadsText(one) == ReadsText(other) && ReadsSeries(one) == ReadsSeries(other);
}

// A log has one column, whose words are read, also where nobody named it.
std::vector<SeriesColumn> ColumnsOf(const pb::Config& config) {
  std::vector<SeriesColumn> columns = BuildColumns(config.encoding().series());
  const bool lines = std::ranges::all_of(config.sources(), IsLog);
  if (columns.empty() && lines) columns.push_back(LineOfALog());
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

SourceOptions BuildSourceOptions(const pb::Source& source, const pb::Config& config) {
  SourceOptions options;
  options.identity = {source.name(), source.learn()};
  options.labels = BuildLabels(source.labels(), config.labels());
  options.view = BuildView(source);
  if (source.pace() == pb::Source::REALTIME) options.pace = Pace::kRealtime;
  switch (source.kind_case()) {
    case pb::Source::kCamera: {
      const auto& camera = source.camera();
      options.kind = CameraSourceOptions{camera.device(),
                                         static_cast<int>(camera.width()),
                                         static_cast<int>(camera.height()),
                                         camera.frame_rate_hz(),
                                         BuildLive(source),
                                         camera.pixel_format(),
                                         camera.exposure_milliseconds()};
      break;
    }
    case pb::Source::kFile: {
      const auto& file = source.file();
      options.kind =
          FileSourceOptions{file.path(), file.rounds(), file.start_seconds(), file.end_seconds()};
      break;
    }
    case pb::Source::kStream:
      options.kind = StreamSourceOptions{source.stream().url(), BuildLive(source),
                                         BuildTransport(source.stream().transport()),
                                         source.stream().credentials_file()};
      break;
    case pb::Source::kFolder: {
      const auto& folder = source.folder();
      options.kind = FolderSourceOptions{.path = folder.path(),
                                         .frame_rate_hz = folder.frame_rate_hz(),
                                         .rounds = folder.rounds(),
                                         .subfolders = folder.subfolders()};
      break;
    }
    case pb::Source::kPlaylist:
      options.kind = BuildPlaylist(source.playlist(), config);
      break;
    case pb::Source::kSynthetic:
      options.kind = BuildSynthetic(source.synthetic());
      break;
    case pb::Source::kText:
      options.kind = BuildText(source.text(), config.encoding().text());
      break;
    case pb::Source::kSeries:
      options.kind = BuildSeries(source, config.encoding().series());
      break;
    case pb::Source::kSession:
      options.kind = BuildSession(source.session(), config);
      break;
    case pb::Source::KIND_NOT_SET:
      HYPNOS_CHECK(false);
  }
  return options;
}

ControlServerOptions BuildControlServerOptions(const pb::Control& control) {
  ControlServerOptions options;
  options.socket_path = control.socket();
  options.socket_access = BuildAccess(control.socket_access());
  options.tokens_path = control.tokens();
  if (!control.has_tcp()) return options;
  ControlTcpOptions& tcp = options.tcp.emplace();
  tcp.address = control.tcp().address();
  tcp.port = static_cast<uint16_t>(control.tcp().port());
  if (control.tcp().has_tls()) tcp.tls = BuildTls(control.tcp().tls());
  return options;
}

WebServerOptions BuildWebServerOptions(const pb::Config& config) {
  const pb::Web& web = config.web();
  WebServerOptions options;
  options.address = web.address();
  options.port = static_cast<uint16_t>(web.port());
  options.hosts.assign(web.hosts().begin(), web.hosts().end());
  if (web.has_tls()) options.tls = BuildTls(web.tls());
  options.tokens = !config.control().tokens().empty();
  return options;
}

OnFull BuildOnFull(const pb::Source& source) {
  switch (source.on_full()) {
    case pb::Source::BLOCK:
      return OnFull::kBlock;
    case pb::Source::DROP_OLDEST:
      return OnFull::kDropOldest;
    case pb::Source::BY_KIND:
      break;
  }
  const bool is_live = source.has_camera() || source.has_stream() || IsConnected(source);
  return is_live ? OnFull::kDropOldest : OnFull::kBlock;
}

bool GivesTheSame(const pb::Source& source) {
  return BuildOnFull(source) == OnFull::kBlock && !ComesWhenItComes(source);
}

bool IsWaitedFor(const pb::Source& source) {
  return GivesTheSame(source) && source.pace() != pb::Source::REALTIME;
}

}  // namespace hypnos
