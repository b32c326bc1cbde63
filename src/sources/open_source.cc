#include <filesystem>
#include <utility>

#include "hypnos/sources/source_options.h"
#include "sources/interruptible_wait.h"
#include "sources/label_table.h"
#include "sources/labelled_source.h"
#include "sources/named_error.h"
#include "sources/paced_source.h"
#include "sources/viewed_source.h"

namespace hypnos {
namespace {

// The table of the kinds: one line each.
struct Opener {
  const SourceIdentity& identity;
  using Opened = Result<std::unique_ptr<Source>>;

  Opened operator()(const FileSourceOptions& o) const { return OpenFileSource(identity, o); }
  Opened operator()(const FolderSourceOptions& o) const { return OpenFolderSource(identity, o); }
  Opened operator()(const SyntheticSourceOptions& o) const {
    return OpenSyntheticSource(identity, o);
  }
  Opened operator()(const CameraSourceOptions& o) const { return OpenCameraSource(identity, o); }
  Opened operator()(const StreamSourceOptions& o) const { return OpenStreamSource(identity, o); }
  Opened operator()(const TextSourceOptions& o) const { return OpenTextSource(identity, o); }
  Opened operator()(const SeriesSourceOptions& o) const { return OpenSeriesSource(identity, o); }
  Opened operator()(const ForeignSourceOptions& o) const { return o.open(identity); }
  Opened operator()(const PlaylistOptions& o) const { return OpenPlaylist(identity, o); }
};

using From = LabelOptions::From;

// What a kind of source labels by itself.
SourceOptions WithOwnLabels(SourceOptions options) {
  if (auto* folder = std::get_if<FolderSourceOptions>(&options.kind)) {
    if (options.labels.from == From::kFolder) folder->label_classes = options.labels.classes;
  }
  if (auto* synthetic = std::get_if<SyntheticSourceOptions>(&options.kind)) {
    if (options.labels.from == From::kScene) synthetic->label_classes = options.labels.classes;
  }
  return options;
}

// A video file has the name of its folder for a label, as of a name that was given.
Result<LabelOptions> LabelsOf(const SourceOptions& options) {
  LabelOptions labels = options.labels;
  const auto* file = std::get_if<FileSourceOptions>(&options.kind);
  if (labels.from != From::kFolder || file == nullptr) return labels;
  const std::filesystem::path folder = std::filesystem::path(file->path).parent_path();
  const auto label = LabelOfFolder(folder.empty() ? "." : folder.string(), labels.classes);
  if (!label.ok()) return InSource(options.identity, label.error());
  labels.from = From::kName;
  labels.text = labels.classes[*label];
  return labels;
}

const SystemClock& TheClock() {
  static const SystemClock clock;
  return clock;
}

std::unique_ptr<Source> InItsOwnTime(std::unique_ptr<Source> source) {
  const auto interruption = std::make_shared<Interruption>();
  return std::make_unique<PacedSource>(
      std::move(source),
      PaceParts{
          .clock = &TheClock(),
          .wait = [interruption](Duration time) { return WaitUnlessRaised(*interruption, time); },
          .interrupt = [interruption] { interruption->Raise(); }});
}

// What is live is masked before its gate; the rest here.
SourceOptions WithOwnView(SourceOptions options) {
  if (LiveOptions* live = LiveOptionsOf(options)) {
    live->view = std::exchange(options.view, ViewOptions());
  }
  return options;
}

Result<std::unique_ptr<Source>> OpenSeen(SourceOptions options) {
  options = WithOwnView(WithOwnLabels(std::move(options)));
  HYPNOS_ASSIGN_OR_RETURN(auto source, std::visit(Opener{options.identity}, options.kind));
  return SeeThrough(options.identity, options.view, std::move(source));
}

}  // namespace

LiveOptions* LiveOptionsOf(SourceOptions& options) {
  if (auto* camera = std::get_if<CameraSourceOptions>(&options.kind)) return &camera->live;
  if (auto* stream = std::get_if<StreamSourceOptions>(&options.kind)) return &stream->live;
  auto* series = std::get_if<SeriesSourceOptions>(&options.kind);
  return series != nullptr && IsConnection(*series) ? &series->live : nullptr;
}

Result<std::unique_ptr<Source>> OpenSource(const SourceOptions& options) {
  HYPNOS_ASSIGN_OR_RETURN(const LabelOptions labels, LabelsOf(options));
  HYPNOS_ASSIGN_OR_RETURN(auto source, OpenSeen(options));
  if (labels.from == From::kFile || labels.from == From::kName) {
    HYPNOS_ASSIGN_OR_RETURN(source, LabelFrames(std::move(source), options.identity, labels));
  }
  if (options.pace == Pace::kFast || source->live()) return source;
  return InItsOwnTime(std::move(source));
}

}  // namespace hypnos
