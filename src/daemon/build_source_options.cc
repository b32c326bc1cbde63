#include <algorithm>

#include "daemon/build_options.h"
#include "daemon/session_source.h"
#include "hypnos/base/check.h"
#include "hypnos/base/file_system.h"

namespace hypnos {
namespace {

namespace pb = config;

TextSourceOptions BuildText(const pb::TextSource& source, const pb::TextEncoding& encoding) {
  return {.path = source.path(),
          .alphabet = encoding.alphabet(),
          .unknown = encoding.unknown(),
          .readers = encoding.readers(),
          .rounds = source.rounds(),
          .follow = source.follow()};
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

bool IsConnected(const pb::Source& source) {
  return source.has_series() && source.series().path().starts_with("tcp://");
}

// Nobody knows when its next frame comes.
bool ComesWhenItComes(const pb::Source& source) {
  const bool is_fed = source.text().follow() || source.text().path() == "-" ||
                      source.series().follow() || source.series().path() == "-";
  return source.has_camera() || source.has_stream() || IsConnected(source) || is_fed;
}

}  // namespace

bool IsText(const config::Source& source) {
  return source.has_text() || source.session().text() ||
         std::ranges::any_of(source.playlist().entries(), IsText);
}

bool IsSeries(const config::Source& source) {
  return source.has_series() || source.session().series() ||
         std::ranges::any_of(source.playlist().entries(), IsSeries);
}

bool ReadsText(const pb::Config& config) { return std::ranges::any_of(config.sources(), IsText); }

bool ReadsSeries(const pb::Config& config) {
  return std::ranges::any_of(config.sources(), IsSeries);
}

bool WatchTheSameKind(const pb::Config& one, const pb::Config& other) {
  return ReadsText(one) == ReadsText(other) && ReadsSeries(one) == ReadsSeries(other);
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
