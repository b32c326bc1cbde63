// What kind of a thing is watched: a network is made for one. Pure functions.
#pragma once

#include <string>

#include "config/places.h"
#include "proto/config.pb.h"

namespace hypnos::config {

using Sources = google::protobuf::RepeatedPtrField<Source>;

// Calls f(source, path) for every source and every entry of a playlist, but not for playlists.
template <class F>
void ForEachSource(const Sources& sources, const std::string& path, F f) {
  for (int i = 0; i < sources.size(); ++i) {
    const std::string here = Join(path, i);
    if (sources[i].has_playlist()) {
      ForEachSource(sources[i].playlist().entries(), Join(Join(here, "playlist"), "entries"), f);
    } else {
      f(sources[i], here);
    }
  }
}

inline bool IsText(const Source& source) { return source.has_text() || source.session().text(); }

inline bool IsSeries(const Source& source) {
  return source.has_series() || source.session().series();
}

inline bool ReadsText(const Config& config) {
  bool texts = false;
  ForEachSource(config.sources(), "sources",
                [&](const Source& source, const std::string&) { texts = texts || IsText(source); });
  return texts;
}

inline bool ReadsSeries(const Config& config) {
  bool series = false;
  ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string&) {
    series = series || IsSeries(source);
  });
  return series;
}

}  // namespace hypnos::config
