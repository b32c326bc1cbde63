// Every kind of source, and the one function that opens any of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/camera_source.h"
#include "hypnos/sources/file_source.h"
#include "hypnos/sources/folder_source.h"
#include "hypnos/sources/labels.h"
#include "hypnos/sources/series_source.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"
#include "hypnos/sources/stream_source.h"
#include "hypnos/sources/synthetic_source.h"
#include "hypnos/sources/text_source.h"
#include "hypnos/sources/view.h"

namespace hypnos {

struct SourceOptions;

// How fast frames come that need not be waited for.
enum class Pace {
  kFast,      // as they are wanted
  kRealtime,  // each at its presentation time
};

// Sources one after the other. Each entry has a name and `learn` of its own; its frames count from
// 0 in each round.
struct PlaylistOptions {
  std::vector<SourceOptions> entries;
  // How often to play the whole list; 0 plays it for ever.
  uint32_t rounds = 1;
};

// A source that another room has, with an end.
struct ForeignSourceOptions {
  // Errors begin with the source's name.
  std::function<Result<std::unique_ptr<Source>>(const SourceIdentity&)> open;
};

struct SourceOptions {
  SourceIdentity identity;
  std::variant<FileSourceOptions, FolderSourceOptions, SyntheticSourceOptions, CameraSourceOptions,
               StreamSourceOptions, TextSourceOptions, SeriesSourceOptions, PlaylistOptions,
               ForeignSourceOptions>
      kind;
  // Of a playlist, each entry has labels of its own.
  LabelOptions labels = {};
  ViewOptions view = {};
  // Of files, folders, playlists and synthetic clips; not of a playlist's entries.
  Pace pace = Pace::kFast;
};

// Of a camera, a stream or a series that comes over a connection; null for others.
LiveOptions* LiveOptionsOf(SourceOptions& options);

// Errors: those of the kind and of its labels (see labels.h), beginning with the source's name.
Result<std::unique_ptr<Source>> OpenSource(const SourceOptions& options);

// Opens every entry once, so that a bad one is found at the start and not in the night; holds one
// open at a time. Errors: kInvalidArgument for no entries, entries that share a name, and cameras
// or streams, which have no end.
Result<std::unique_ptr<Source>> OpenPlaylist(const SourceIdentity& identity,
                                             const PlaylistOptions& options);

}  // namespace hypnos
