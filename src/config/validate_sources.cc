#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/watched.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "hypnos/base/url.h"

namespace hypnos::config {
namespace {

// 0.1 + 0.9 may be a little more than 1.
constexpr double kRounding = 1e-9;

class SourcesCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    CheckNames(config.sources(), "sources");
    for (int i = 0; i < config.sources_size(); ++i) {
      CheckSource(config.sources(i), Join("sources", i));
    }
    CheckKinds(config);
  }

 private:
  void CheckNames(const Sources& sources, const std::string& path) {
    std::map<std::string, std::string> taken;
    for (int i = 0; i < sources.size(); ++i) {
      const std::string here = Join(Join(path, i), "name");
      if (!Known({here}) || !sources[i].has_name()) continue;
      const auto [first, is_new] = taken.emplace(sources[i].name(), here);
      if (is_new) continue;
      Complain(here, Format("the name '{}' is already taken at {}", Shown(sources[i].name()),
                            ShownPlace(first->second)));
    }
  }

  void CheckSource(const Source& source, const std::string& path) {
    CheckView(source, path);
    CheckRate(source, path);
    CheckPace(source, path);
    if (source.has_camera()) CheckCamera(source.camera(), Join(path, "camera"));
    if (source.has_file()) CheckFile(source.file(), Join(path, "file"));
    if (source.has_stream()) CheckStream(source.stream(), Join(path, "stream"));
    if (source.has_playlist()) CheckPlaylist(source.playlist(), Join(path, "playlist"));
    CheckGate(source, path);
  }

  // By value and not by presence, as CheckQueue.
  void CheckGate(const Source& source, const std::string& path) {
    const LearningGate& gate = source.gate();
    const LearningGate& defaults = LearningGate::default_instance();
    const std::string here = Join(path, "gate");
    const bool given = gate.enabled() != defaults.enabled() ||
                       gate.frozen_seconds() != defaults.frozen_seconds() ||
                       gate.placeholder_share() != defaults.placeholder_share() ||
                       gate.stale_seconds() != defaults.stale_seconds();
    if (!given || source.has_camera() || source.has_stream() || !Known({here})) return;
    Complain(here,
             "only cameras and streams have a gate: of a file or a scene that stands still, "
             "standing still is what there is to learn; leave the key out");
  }

  void CheckView(const Source& source, const std::string& path) {
    const std::string region = Join(path, "region"), masks = Join(path, "masks");
    if (source.has_region()) CheckRectangle(source.region(), region);
    for (int i = 0; i < source.masks_size(); ++i) {
      CheckRectangle(source.masks(i), Join(masks, i));
    }
    const bool has_picture = !source.has_text() && !source.has_series();
    if (has_picture || (!source.has_region() && source.masks().empty())) return;
    const std::string& here = source.has_region() ? region : masks;
    const char* what = source.has_text() ? "text" : "series";
    if (Known({here})) {
      Complain(here, Format("a {} has no picture of which a part could be seen", what));
    }
  }

  void CheckRectangle(const Rectangle& rectangle, const std::string& path) {
    const auto fits = [&](const char* begin, const char* length, double from, double share) {
      const std::string here = Join(path, length);
      if (from + share <= 1 + kRounding || !Known({Join(path, begin), here})) return;
      Complain(here, Format("{0} + {1} is {2:g}, beyond the edge of the picture: all are shares of "
                            "it, from 0 to 1, and together at most 1",
                            begin, length, from + share));
    };
    fits("left", "width", rectangle.left(), rectangle.width());
    fits("top", "height", rectangle.top(), rectangle.height());
  }

  // By value and not by presence, as all that --print-config writes out.
  void CheckRate(const Source& source, const std::string& path) {
    const std::string rate = Join(path, "max_frame_rate_hz");
    if (source.max_frame_rate_hz() == 0 || IsLive(source) || !Known({rate})) return;
    Complain(rate,
             "only cameras and streams can be passed over: here nothing is lost; leave it out");
  }

  void CheckPace(const Source& source, const std::string& path) {
    const std::string pace = Join(path, "pace");
    if (source.pace() == Source::FAST || !Known({pace})) return;
    if (IsLive(source)) {
      Complain(pace, "cameras and streams come in their own time anyway: leave it out");
    } else if (source.has_text()) {
      Complain(pace, "a text has no time of its own: leave it out");
    }
  }

  static bool IsLive(const Source& source) { return source.has_camera() || source.has_stream(); }

  void CheckCamera(const CameraSource& camera, const std::string& path) {
    const std::string format = Join(path, "pixel_format");
    if (camera.pixel_format().empty() || !Known({format})) return;
    const auto is_plain = [](char c) { return c > ' ' && c < 0x7f; };
    if (camera.pixel_format().size() == 4 && std::ranges::all_of(camera.pixel_format(), is_plain)) {
      return;
    }
    Complain(format,
             "a pixel format has the four characters that V4L2 gives it, such as MJPG or "
             "YUYV (v4l2-ctl --list-formats)");
  }

  void CheckFile(const FileSource& file, const std::string& path) {
    const std::string start = Join(path, "start_seconds"), end = Join(path, "end_seconds");
    if (file.end_seconds() == 0 || file.end_seconds() > file.start_seconds()) return;
    if (!Known({start, end})) return;
    Complain(end, Format("the end at {} s is not after the start at {} s; 0 is the file's own end",
                         file.end_seconds(), file.start_seconds()));
  }

  void CheckStream(const StreamSource& stream, const std::string& path) {
    const std::string url = Join(path, "url");
    if (!Known({url}) || !stream.has_url()) return;
    const size_t end = stream.url().find("://");
    const std::string rule = "a stream's url begins with " + ListedStreamSchemes();
    if (end == std::string::npos) {
      Complain(url, rule);
      return;
    }
    const std::string scheme = stream.url().substr(0, end);
    if (!HasStreamScheme(stream.url())) {
      const std::string nearest = Nearest(scheme, {kStreamSchemes.begin(), kStreamSchemes.end()});
      const std::string hint = nearest.empty() ? "" : Format("; did you mean '{}://'?", nearest);
      Complain(url, Format("{}, not '{}://'{}", rule, Shown(scheme), hint));
    } else if (end + 3 == stream.url().size()) {
      Complain(url, "the url names no host");
    }
    CheckTransport(stream, scheme, Join(path, "transport"));
    CheckCredentials(stream, scheme, Join(path, "credentials_file"));
  }

  void CheckTransport(const StreamSource& stream, std::string_view scheme,
                      const std::string& path) {
    if (stream.transport() == StreamSource::AUTO || scheme.starts_with("rtsp")) return;
    if (!Known({path})) return;
    Complain(path,
             Format("only rtsp:// and rtsps:// can travel either way, not {}://: leave it out",
                    Shown(std::string(scheme))));
  }

  void CheckCredentials(const StreamSource& stream, std::string_view scheme,
                        const std::string& path) {
    if (stream.credentials_file().empty() || !Known({path})) return;
    const std::string_view url = stream.url();
    const std::string_view host = url.substr(std::min(url.size(), scheme.size() + 3));
    if (!scheme.starts_with("rtsp") && !scheme.starts_with("http")) {
      Complain(path, Format("nobody logs in over {}://: leave it out", Shown(std::string(scheme))));
    } else if (host.substr(0, host.find('/')).find('@') != std::string_view::npos) {
      Complain(path, "the url holds a login as well: leave one of them out, best that one");
    }
  }

  void CheckPlaylist(const Playlist& playlist, const std::string& path) {
    const std::string entries = Join(path, "entries");
    CheckNames(playlist.entries(), entries);
    for (int i = 0; i < playlist.entries_size(); ++i) {
      CheckEntry(playlist.entries(i), Join(entries, i));
      CheckSource(playlist.entries(i), Join(entries, i));
    }
  }

  // What follows an entry is played when the entry has ended.
  void CheckEntry(const Source& entry, const std::string& path) {
    CheckQueue(entry, path);
    const auto endless = [&](const char* kind, const char* key) {
      const std::string counted = Join(Join(path, kind), key);
      if (!Known({counted})) return;
      Complain(counted, Format("an entry of a playlist must end: '{}' cannot be 0", key));
    };
    if (entry.has_playlist()) {
      Complain(Join(path, "playlist"), "a playlist cannot hold another");
    } else if (entry.has_camera()) {
      Complain(Join(path, "camera"), "a playlist cannot hold a camera: it never ends");
    } else if (entry.has_stream()) {
      Complain(Join(path, "stream"), "a playlist cannot hold a stream: it never ends");
    } else if (entry.has_file() && entry.file().rounds() == 0) {
      endless("file", "rounds");
    } else if (entry.has_folder() && entry.folder().rounds() == 0) {
      endless("folder", "rounds");
    } else if (entry.has_synthetic() && entry.synthetic().frames() == 0) {
      endless("synthetic", "frames");
    } else if (entry.has_text()) {
      CheckTextEntry(entry.text(), Join(path, "text"));
    } else if (entry.has_series()) {
      CheckSeriesEntry(entry.series(), Join(path, "series"));
    }
  }

  // By value and not by presence: --print-config writes out the defaults, and must read back.
  void CheckQueue(const Source& entry, const std::string& path) {
    const Source& defaults = Source::default_instance();
    const auto refuse = [&](const char* key, bool given) {
      const std::string here = Join(path, key);
      if (!given || !Known({here})) return;
      Complain(here, Format("an entry of a playlist has no queue of its own: '{}' belongs beside "
                            "'playlist', and holds for the whole list",
                            key));
    };
    refuse("on_full", entry.on_full() != defaults.on_full());
    refuse("queue_frames", entry.queue_frames() != defaults.queue_frames());
    if (const std::string pace = Join(path, "pace");
        entry.pace() != Source::FAST && Known({pace})) {
      Complain(pace, "'pace' belongs beside 'playlist', and holds for the whole list");
    }
  }

  void CheckSeriesEntry(const SeriesSource& series, const std::string& path) {
    const std::string file = Join(path, "path"), follow = Join(path, "follow");
    const std::string rounds = Join(path, "rounds");
    if ((series.path() == "-" || series.path().starts_with("tcp://")) && Known({file})) {
      Complain(file, "an entry of a playlist must end: nobody knows when this does");
    } else if (series.follow() && Known({follow})) {
      Complain(follow, "an entry of a playlist must end: it cannot be followed");
    } else if (series.rounds() == 0 && Known({rounds})) {
      Complain(rounds, "an entry of a playlist must end: 'rounds' cannot be 0");
    }
  }

  void CheckTextEntry(const TextSource& text, const std::string& path) {
    const std::string file = Join(path, "path"), follow = Join(path, "follow");
    const std::string rounds = Join(path, "rounds");
    if (text.path() == "-" && Known({file})) {
      Complain(file, "a playlist cannot hold the standard input: nobody knows when it ends");
    } else if (text.follow() && Known({follow})) {
      Complain(follow, "an entry of a playlist must end: it cannot be followed");
    } else if (text.rounds() == 0 && Known({rounds})) {
      Complain(rounds, "an entry of a playlist must end: 'rounds' cannot be 0");
    }
  }

  // A network is made for one kind of what is watched.
  void CheckKinds(const Config& config) {
    bool texts = false, series = false, pictures = false;
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string&) {
      const bool known = source.kind_case() != Source::KIND_NOT_SET;
      texts = texts || IsText(source);
      series = series || IsSeries(source);
      pictures = pictures || (known && !IsText(source) && !IsSeries(source));
    });
    if (texts + series + pictures < 2) return;
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string& path) {
      const std::string here = Join(path, source.has_text() ? "text" : "series");
      if ((!source.has_text() && !source.has_series()) || !Known({here})) return;
      Complain(here, "one network reads either texts, series or pictures: leave the others out");
    });
  }
};

}  // namespace

void ValidateSources(const Config& config, const Places& places, Report* report) {
  SourcesCheck(places, report).Check(config);
}

}  // namespace hypnos::config
