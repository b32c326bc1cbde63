#include "hypnos/sources/source_options.h"

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
  Opened operator()(const PlaylistOptions& o) const { return OpenPlaylist(identity, o); }
};

}  // namespace

LiveOptions* LiveOptionsOf(SourceOptions& options) {
  if (auto* camera = std::get_if<CameraSourceOptions>(&options.kind)) return &camera->live;
  if (auto* stream = std::get_if<StreamSourceOptions>(&options.kind)) return &stream->live;
  return nullptr;
}

Result<std::unique_ptr<Source>> OpenSource(const SourceOptions& options) {
  return std::visit(Opener{options.identity}, options.kind);
}

}  // namespace hypnos
