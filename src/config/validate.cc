#include "config/validate.h"

#include <algorithm>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/words.h"
#include "hypnos/base/format.h"
#include "hypnos/base/subject.h"
#include "hypnos/base/url.h"
#include "hypnos/base/utf8.h"
#include "hypnos/schedule/daily_hours.h"
#include "proto/control.pb.h"

namespace hypnos::config {
namespace {

// The read-out predicts each of its inputs from all of them, so that its weights grow with the
// square of the inputs: so many take 4 GiB, and more would sooner exhaust a machine than learn.
constexpr uint64_t kMostReadOutInputs = 32768;

constexpr int kMostClasses = 1000;

// 0.1 + 0.9 may be a little more than 1.
constexpr double kRounding = 1e-9;

// A sequence of each takes some dozen kilobytes at each place: so many take about a gigabyte.
constexpr uint64_t kMostProbedPlaces = 100'000;

// Of the alphabet that is read where none is given.
constexpr size_t kDefaultSymbols = 63;

// Of UTF-8; a byte that is none of it counts as one, and is refused elsewhere.
size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<size_t>(1, CharacterLength(text)));
  return count;
}

// As they are written here.
std::vector<std::string> EventKinds() {
  std::vector<std::string> kinds = ValuesOf(*hypnos::control::Event::Kind_descriptor());
  // Webhooks are not told of webhooks.
  std::erase_if(kinds, [](const std::string& kind) {
    return kind == "kind_unspecified" || kind.starts_with("webhook_");
  });
  return kinds;
}

double ReadOutGibibytes(uint64_t inputs) {
  const auto n = static_cast<double>(inputs);
  return n * n * sizeof(float) / (1 << 30);
}

class Validator {
 public:
  Validator(const Places& places, Report* report) : places_(places), report_(*report) {}

  void Check(const Config& config) {
    CheckNames(config.sources(), "sources");
    for (int i = 0; i < config.sources_size(); ++i) {
      CheckSource(config.sources(i), Join("sources", i));
    }
    CheckKinds(config);
    if (CheckTexts(config)) {
      CheckTextReadOut(config.encoding().text());
    } else if (CheckSeries(config)) {
      CheckSeriesEncoding(config.encoding().series());
    } else if (config.sources_size() > 0) {
      CheckEncoding(config.encoding());
    }
    CheckGeneratorKind(config);
    CheckGeneratorRule(config);
    for (int i = 0; i < config.network().layers_size(); ++i) {
      CheckLayer(config.network().layers(i), Join("network.layers", i));
    }
    CheckClasses(config.labels());
    for (int i = 0; i < config.sources_size(); ++i) {
      CheckLabels(config.sources(i), config.labels(), Join("sources", i));
    }
    CheckDreams(config);
    CheckHours(config.schedule());
    CheckNeed(config);
    CheckRuleSleeps(config);
    CheckOptimiser(config.learning());
    CheckThresholdShare(config.learning());
    CheckNegatives(config);
    CheckProbe(config);
    CheckGuard(config);
    CheckNovelty(config);
    CheckRecord(config.record(), config.checkpoint().folder());
    CheckHistory(config);
    CheckWebhooks(config.notify());
    CheckBroker(config);
    CheckSpread(config);
    CheckHosts(config);
    CheckReplicas(config);
    CheckPictures(config);
  }

 private:
  using Sources = google::protobuf::RepeatedPtrField<Source>;

  bool Known(std::initializer_list<std::string> paths) const {
    return std::all_of(paths.begin(), paths.end(),
                       [this](const std::string& path) { return places_.Known(path); });
  }
  void Complain(const std::string& path, std::string sentence) {
    report_.Add(places_.Of(path), std::move(sentence));
  }

  void CheckNames(const Sources& sources, const std::string& path) {
    std::map<std::string, std::string> taken;
    for (int i = 0; i < sources.size(); ++i) {
      const std::string here = Join(Join(path, i), "name");
      if (!Known({here}) || !sources[i].has_name()) continue;
      const auto [first, is_new] = taken.emplace(sources[i].name(), here);
      if (is_new) continue;
      Complain(here, Format("the name '{}' is already taken at {}", Shown(sources[i].name()),
                            report_.Shown(places_.Of(first->second))));
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

  void CheckClasses(const Labels& labels) {
    const std::string path = "labels.classes";
    std::map<std::string, int> taken;
    for (int i = 0; i < labels.classes_size(); ++i) {
      const std::string here = Join(path, i);
      if (!Known({here})) continue;
      if (labels.classes(i).empty()) Complain(here, "a class must have a name");
      const auto [first, is_new] = taken.emplace(labels.classes(i), i);
      if (!is_new) {
        Complain(here, Format("the class '{}' is already there at {}", Shown(labels.classes(i)),
                              report_.Shown(places_.Of(Join(path, first->second)))));
      }
    }
    if (labels.classes_size() > kMostClasses) {
      Complain(path, Format("{} classes are more than {}", labels.classes_size(), kMostClasses));
    }
  }

  void CheckLabels(const Source& source, const Labels& labels, const std::string& path) {
    for (int i = 0; i < source.playlist().entries_size(); ++i) {
      CheckLabels(source.playlist().entries(i), labels,
                  Join(Join(Join(path, "playlist"), "entries"), i));
    }
    const std::string here = Join(path, "labels");
    if (!source.has_labels() || !Known({here, "labels.classes"})) return;
    if (labels.classes().empty()) {
      Complain(here, "labels.classes does not say which labels there are");
    } else if (source.has_playlist()) {
      Complain(here, "labels belong to the entries of a playlist, each has its own");
    } else {
      CheckLabelsOfKind(source, labels, here);
    }
  }

  void CheckLabelsOfKind(const Source& source, const Labels& labels, const std::string& path) {
    const bool live = source.has_camera() || source.has_stream();
    switch (source.labels().from_case()) {
      case SourceLabels::kFile:
        if (!live) break;
        Complain(Join(path, "file"),
                 "a file cannot say what a camera or stream is going to show; give a name, or set "
                 "labels while it runs");
        break;
      case SourceLabels::kName:
        CheckLabel(source.labels().name(), labels, Join(path, "name"));
        break;
      case SourceLabels::kFolder:
        if (source.has_file() || source.has_folder()) break;
        Complain(Join(path, "folder"), "only what lies in a folder can be called as the folder is");
        break;
      case SourceLabels::kScene:
        CheckSceneLabels(source, labels, Join(path, "scene"));
        break;
      case SourceLabels::FROM_NOT_SET:
        break;
    }
  }

  void CheckLabel(const std::string& name, const Labels& labels, const std::string& path) {
    const std::vector<std::string> classes(labels.classes().begin(), labels.classes().end());
    if (!Known({path}) || std::ranges::find(classes, name) != classes.end()) return;
    const std::string nearest = Nearest(name, classes);
    Complain(path, Format("'{}' is none of labels.classes{}", Shown(name),
                          nearest.empty() ? "" : Format("; did you mean '{}'?", Shown(nearest))));
  }

  void CheckSceneLabels(const Source& source, const Labels& labels, const std::string& path) {
    if (source.synthetic().scene() != SyntheticSource::DIGITS) {
      Complain(path, "only the synthetic scene digits knows what it shows");
      return;
    }
    const std::vector<std::string> classes(labels.classes().begin(), labels.classes().end());
    for (int digit = 0; digit <= 9; ++digit) {
      if (std::ranges::find(classes, std::to_string(digit)) != classes.end()) continue;
      Complain(path, Format("the scene shows the digits 0 to 9, and '{}' is none of labels.classes",
                            digit));
      return;
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

  // Calls f(source, path) for every source and every entry of a playlist, but not for playlists.
  template <class F>
  static void ForEachSource(const Sources& sources, const std::string& path, F f) {
    for (int i = 0; i < sources.size(); ++i) {
      const std::string here = Join(path, i);
      if (sources[i].has_playlist()) {
        ForEachSource(sources[i].playlist().entries(), Join(Join(here, "playlist"), "entries"), f);
      } else {
        f(sources[i], here);
      }
    }
  }

  static bool IsText(const Source& source) { return source.has_text() || source.session().text(); }

  static bool IsSeries(const Source& source) {
    return source.has_series() || source.session().series();
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

  // Whether texts are read.
  bool CheckTexts(const Config& config) {
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string& path) {
      if (source.has_text()) {
        CheckText(source.text(), config.encoding().text(), Join(path, "text"));
      }
    });
    return ReadsText(config);
  }

  // Whether series are read.
  bool CheckSeries(const Config& config) {
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string& path) {
      if (source.has_series()) {
        CheckSeriesSource(source.series(), config.encoding().series(), Join(path, "series"));
      }
    });
    return ReadsSeries(config);
  }

  void CheckSeriesSource(const SeriesSource& series, const SeriesEncoding& encoding,
                         const std::string& path) {
    const std::string file = Join(path, "path"), rounds = Join(path, "rounds");
    const std::string follow = Join(path, "follow"), separator = Join(path, "separator");
    if (!Known({file, follow})) return;
    const bool is_connection = series.path().starts_with("tcp://");
    const bool comes_once = series.follow() || series.path() == "-" || is_connection;
    if (comes_once && series.rounds() != 1 && Known({rounds})) {
      Complain(rounds, "what is read as it comes is read once");
    }
    if (series.follow() && (series.path() == "-" || is_connection)) {
      Complain(follow, "only a file can be followed: leave the key out");
    }
    const std::string& between = series.separator();
    if (!between.empty() && between != "," && between != ";" && between != "\t" &&
        Known({separator})) {
      Complain(separator, "fields are separated by a comma, a semicolon or a tab (\"\\t\")");
    }
    CheckLines(series, encoding, path);
  }

  void CheckLines(const SeriesSource& series, const SeriesEncoding& encoding,
                  const std::string& path) {
    if (series.format() != SeriesSource::LINES || !Known({Join(path, "format")})) return;
    const auto& columns = encoding.columns();
    const bool is_one_log = columns.size() == 1 && columns[0].kind() == SeriesColumn::LOG;
    if (columns.empty() || is_one_log || !Known({"encoding.series.columns"})) return;
    Complain("encoding.series.columns",
             "where every line is a text there is one column, of the kind log");
  }

  void CheckSeriesEncoding(const SeriesEncoding& series) {
    const std::string columns = "encoding.series.columns", bumps = "encoding.series.bumps";
    if (!Known({"encoding.series"})) return;
    if (series.bumps() == 1 && Known({bumps})) {
      Complain(bumps, "one bump tells nothing: give two or more, or 0 for none");
    }
    std::map<std::string, int> taken;
    uint64_t values = (series.time_of_day() ? 2 : 0) + (series.time_of_week() ? 2 : 0);
    for (int i = 0; i < series.columns_size(); ++i) {
      const SeriesColumn& column = series.columns(i);
      const bool is_number = column.kind() == SeriesColumn::NUMBER;
      values += is_number ? 1 + (series.difference() ? 1 : 0) + series.bumps() : column.buckets();
      const std::string name = Join(Join(columns, i), "name");
      if (!column.has_name() || !Known({name}) || taken.emplace(column.name(), i).second) continue;
      Complain(name, Format("the column '{}' is already there", Shown(column.name())));
    }
    const std::string window = "encoding.series.window";
    const uint64_t inputs = values * series.window();
    if (inputs <= kMostReadOutInputs || !Known({window})) return;
    Complain(window, Format("{} values in each of {} rows are {} inputs, and may be at most {}: "
                            "choose a shorter window, or fewer buckets or bumps",
                            values, series.window(), inputs, kMostReadOutInputs));
  }

  // What is read as it comes has no parts that could be read at the same time, nor a beginning.
  void CheckText(const TextSource& text, const TextEncoding& encoding, const std::string& path) {
    const std::string file = Join(path, "path"), rounds = Join(path, "rounds");
    const std::string follow = Join(path, "follow");
    if (!Known({file, follow})) return;
    if (!text.follow() && text.path() != "-") return;
    const char* what = text.path() == "-" ? "the standard input" : "a text that is followed";
    if (text.follow() && text.path() == "-") {
      Complain(follow, "only a file can be followed: leave the key out");
    }
    if (text.rounds() != 1 && Known({rounds})) {
      Complain(rounds, Format("{} is read once", what));
    }
    const std::string readers = "encoding.text.readers";
    if (encoding.readers() != 1 && Known({readers})) {
      Complain(readers, Format("{} is read by one reader", what));
    }
  }

  void CheckTextReadOut(const TextEncoding& text) {
    const std::string window = "encoding.text.window", alphabet = "encoding.text.alphabet";
    if (!Known({window, alphabet})) return;
    const size_t symbols =
        text.alphabet().empty() ? kDefaultSymbols : CountCharacters(text.alphabet());
    const uint64_t inputs = uint64_t{text.window()} * symbols;
    if (inputs <= kMostReadOutInputs) return;
    Complain(window, Format("{} symbols in view are {} inputs, and may be at most {}: choose a "
                            "shorter window",
                            text.window(), inputs, kMostReadOutInputs));
  }

  static bool ReadsText(const Config& config) {
    bool texts = false;
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string&) {
      texts = texts || IsText(source);
    });
    return texts;
  }

  static bool ReadsSeries(const Config& config) {
    bool series = false;
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string&) {
      series = series || IsSeries(source);
    });
    return series;
  }

  void CheckGeneratorKind(const Config& config) {
    const std::string kind = "generator.kind";
    if (!Known({kind, "sources"}) || config.generator().kind() == Generator::BY_SOURCE) return;
    const bool texts = ReadsText(config);
    if (texts == (config.generator().kind() == Generator::SOFTMAX)) return;
    Complain(kind, texts ? "a text is a matter of symbols, which softmax predicts: choose it, or "
                           "leave the key out"
                         : "softmax predicts symbols, and what is watched has none: choose linear, "
                           "or leave the key out");
  }

  void CheckGeneratorRule(const Config& config) {
    const std::string rule = "generator.rule";
    if (!Known({rule, "sources"}) || config.generator().rule() == Generator::DELTA) return;
    if (ReadsText(config)) {
      Complain(rule, "least squares predict pictures, and a text has symbols: leave the key out");
    }
    if (Known({"generator.rate"}) && config.generator().rate() <= 0) {
      Complain("generator.rate",
               "a rate of 0 is a read-out that never learns, by least squares neither: raise it, "
               "or leave generator.rule out");
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

  void CheckEncoding(const Encoding& encoding) {
    if (!Known({"encoding.patches"})) return;
    if (encoding.has_patches()) {
      CheckPatches(encoding);
    } else {
      CheckWholeFrame(encoding);
    }
  }

  void CheckPatches(const Encoding& encoding) {
    const uint32_t size = encoding.patches().size(), stride = encoding.patches().stride();
    const std::string size_path = "encoding.patches.size", stride_path = "encoding.patches.stride";
    if (stride > size && Known({size_path, stride_path})) {
      Complain(stride_path,
               Format("a stride of {} leaves gaps between patches of {}", stride, size));
    }
    const auto fits = [&](const char* side, uint32_t pixels) {
      const std::string path = Join("encoding", side);
      const uint32_t length = encoding.cell() > 0 ? pixels / encoding.cell() : pixels;
      if (pixels == 0 || size <= length || !Known({size_path, path, "encoding.cell"})) return;
      Complain(size_path, Format("a patch of {} does not fit into a {} of {}", size, side, length) +
                              (encoding.cell() > 1 ? " cells" : ""));
    };
    fits("width", encoding.width());
    fits("height", encoding.height());
    if (Known({size_path})) {
      CheckReadOut(encoding, size, size, size_path, "give a smaller encoding.patches.size");
    }
  }

  void CheckWholeFrame(const Encoding& encoding) {
    const uint32_t width = encoding.width(), height = encoding.height();
    if (!Known({"encoding.width", "encoding.height"})) return;
    if (width == 0 || height == 0) {
      Complain(width == 0 ? "encoding.width" : "encoding.height",
               Format("without encoding.patches the whole frame is the input, and a read-out may "
                      "have at most {} inputs: give encoding.width and height, or "
                      "encoding.patches",
                      kMostReadOutInputs));
    } else {
      if (!Known({"encoding.cell"}) || encoding.cell() == 0) return;
      CheckReadOut(encoding, width / encoding.cell(), height / encoding.cell(), "encoding.width",
                   "give a smaller encoding.width and height, or encoding.patches");
    }
  }

  // Of a patch, or of the whole frame.
  void CheckReadOut(const Encoding& encoding, uint64_t width, uint64_t height,
                    const std::string& path, const char* advice) {
    if (!Known({"encoding.colour", "encoding.temporal_difference", "encoding.optical_flow",
                "encoding.motion", "encoding.place"})) {
      return;
    }
    const uint64_t channels = (encoding.colour() == Encoding::BGR ? 3u : 1u) +
                              (encoding.temporal_difference() ? 1u : 0u) +
                              (encoding.optical_flow() ? 2u : 0u) + (encoding.motion() ? 2u : 0u) +
                              (encoding.place() ? 2u : 0u);
    const uint64_t inputs = width * height * channels;
    if (inputs <= kMostReadOutInputs) return;
    Complain(path, Format("{0}x{1}x{2} = {3} inputs; a read-out that predicts each of them from "
                          "all takes {3} x {3} weights, {4:.1f} GiB, and may take at most {5}: {6}",
                          width, height, channels, inputs, ReadOutGibibytes(inputs),
                          ReadOutGibibytes(kMostReadOutInputs), advice));
  }

  void CheckLayer(const Layer& layer, const std::string& path) {
    const std::string units = Join(path, "units"), part = Join(path, "constraint_units");
    if (layer.constraint_units() <= layer.units() || !Known({units, part})) return;
    Complain(part, Format("{} constraint units are more than all {} units",
                          layer.constraint_units(), layer.units()));
  }

  void CheckDreams(const Config& config) {
    const std::string steps = "schedule.dream_steps";
    if (!Known({steps, "schedule.wake_steps", "schedule.sleep_steps", "learning.rule",
                "network.layers"})) {
      return;
    }
    const Schedule& schedule = config.schedule();
    const bool dreams = (schedule.wake_steps() > 0 && schedule.sleep_steps() > 0) ||
                        schedule.hours_size() > 0 || schedule.quiet_seconds() > 0 ||
                        LooksAtProbes(schedule.need()) ||
                        config.learning().rule() == Learning::INTERLEAVED;
    const uint64_t layers = static_cast<uint64_t>(config.network().layers_size());
    if (!dreams || schedule.dream_steps() >= layers + 2) return;
    Complain(steps, Format("a dream of {} steps is too short: it reaches layer l only l-1 steps "
                           "later, so {} layers need at least {}",
                           schedule.dream_steps(), layers, layers + 2));
  }

  void CheckHours(const Schedule& schedule) {
    for (int i = 0; i < schedule.hours_size(); ++i) {
      const HoursOfSleep& hours = schedule.hours(i);
      const std::string path = Join("schedule.hours", i);
      CheckTimeOfDay(hours.from(), Join(path, "from"));
      CheckTimeOfDay(hours.to(), Join(path, "to"));
    }
    const std::string zone = "schedule.time_zone";
    if (!Known({zone})) return;
    const auto known = DailyHours::Create({}, schedule.time_zone());
    if (!known.ok()) Complain(zone, known.error().message);
  }

  void CheckTimeOfDay(const std::string& text, const std::string& path) {
    if (!Known({path})) return;
    const auto time = ParseTimeOfDay(text);
    if (!time.ok()) Complain(path, time.error().message);
  }

  static bool LooksAtProbes(const SleepNeed& need) {
    return need.negatives_above() > 0 || need.goodness_ratio() > 0 || need.saturated() > 0 ||
           need.auc() > 0;
  }

  // Who goes by what the probe set says has to have one, and to ask it now and then.
  void CheckNeed(const Config& config) {
    const SleepNeed& need = config.schedule().need();
    const std::string path = "schedule.need", finished = "schedule.wake_when_finished";
    const bool by_need = LooksAtProbes(need) || need.positives_below() > 0;
    const bool asks = by_need || config.schedule().wake_when_finished();
    if (!asks || !Known({path, finished, "probe.sequences", "probe.every_steps"})) return;
    if (config.probe().sequences() == 0 || config.probe().every_steps() == 0) {
      Complain(by_need ? path : finished,
               "is judged by the probe set, which is scored every so many steps: probe.sequences "
               "and probe.every_steps have to be above 0");
    }
    if (LooksAtProbes(need)) CheckLimits(config.schedule(), path);
  }

  void CheckLimits(const Schedule& schedule, const std::string& path) {
    const SleepNeed& need = schedule.need();
    const auto check = [&](const char* key, bool attainable) {
      if (!attainable) {
        Complain(Join(path, key),
                 Format("with a margin of {} nothing would ever be good enough to wake up for",
                        need.margin()));
      }
    };
    const auto above = [&](double limit) { return limit == 0 || limit > need.margin(); };
    check("negatives_above", above(need.negatives_above()));
    check("goodness_ratio", above(need.goodness_ratio()));
    check("saturated", above(need.saturated()));
    check("auc", need.auc() == 0 || need.auc() + need.margin() < 1);
    const bool counts = schedule.wake_steps() > 0 && schedule.sleep_steps() > 0;
    if (!counts || need.least_wake_steps() < schedule.wake_steps()) return;
    Complain(Join(path, "least_wake_steps"),
             Format("it falls asleep by count after {} steps (schedule.wake_steps), before need "
                    "would be asked: give fewer, or schedule.wake_steps: 0",
                    schedule.wake_steps()));
  }

  // Asked for, and never to come.
  void CheckRuleSleeps(const Config& config) {
    const Schedule& schedule = config.schedule();
    const Learning::Rule rule = config.learning().rule();
    const bool never = rule == Learning::INTERLEAVED || rule == Learning::LOOKING;
    if (!never || !Known({"schedule", "learning.rule"})) return;
    const char* key = schedule.hours_size() > 0        ? "hours"
                      : schedule.quiet_seconds() > 0   ? "quiet_seconds"
                      : LooksAtProbes(schedule.need()) ? "need"
                      : schedule.wake_when_finished()  ? "wake_when_finished"
                                                       : nullptr;
    if (key == nullptr) return;
    Complain(Join("schedule", key),
             "is for rules that sleep, and learning.rule is one that never does: choose rehearsed, "
             "deferred_contrast or carried_velocity, or leave the key out");
  }

  void CheckOptimiser(const Learning& learning) {
    const std::string optimiser = "learning.optimiser";
    if (learning.optimiser() != Learning::RMS || learning.rule() == Learning::INTERLEAVED ||
        learning.rule() == Learning::LOOKING || !Known({optimiser, "learning.rule"})) {
      return;
    }
    Complain(optimiser,
             "rms goes with learning.rule: interleaved only: where wake and sleep are apart it "
             "scales gradients that should vanish up to full steps again; choose that rule, or "
             "optimiser: plain");
  }

  void CheckNegatives(const Config& config) {
    const Negatives& weights = config.learning().negatives();
    const std::string path = "learning.negatives";
    const std::string hybrid = Join(path, "hybrid"), splice = Join(path, "splice");
    const std::string random = Join(path, "random_label"), guessed = Join(path, "predicted_label");
    const std::string hurried = Join(path, "hurried");
    if (!Known({Join(path, "dream"), Join(path, "one_step"), hybrid, splice, random, guessed,
                hurried})) {
      return;
    }
    const double recalled = weights.hybrid() + weights.splice();
    const double wrong_labels = weights.random_label() + weights.predicted_label();
    if (weights.dream() + weights.one_step() + recalled + wrong_labels + weights.hurried() == 0) {
      Complain(
          path,
          "all weights are 0, so that there is nothing to learn against: give dream, one_step, "
          "hybrid, splice, random_label, predicted_label or hurried a weight above 0");
    }
    if (weights.hurried() > 0) CheckHurried(config, hurried);
    if (wrong_labels > 0) CheckWrongLabels(config, weights.random_label() > 0 ? random : guessed);
    if (weights.hybrid() > 0 && ReadsText(config)) {
      Complain(hybrid,
               "a hybrid mixes two pictures, and a text has none: leave the weight at 0; splice "
               "cuts from one text to another");
    }
    if (weights.hybrid() > 0 && ReadsSeries(config)) {
      Complain(hybrid,
               "a hybrid mixes two pictures, and a row of a series is none: leave the weight at 0; "
               "splice cuts from one stretch to another");
    }
    if (recalled == 0 || !Known({"memory.sequences"}) || config.memory().sequences() >= 2) return;
    Complain(weights.splice() > 0 ? splice : hybrid,
             Format("it is made of two remembered sequences, and memory.sequences is {}: remember "
                    "more, or leave the weight at 0",
                    config.memory().sequences()));
  }

  void CheckHurried(const Config& config, const std::string& path) {
    const Encoding& encoding = config.encoding();
    if (ReadsText(config)) {
      return Complain(path, "a text does not move: leave the weight at 0");
    }
    if (ReadsSeries(config)) {
      return Complain(path, "it is made of pictures, and a series has none: leave the weight at 0");
    }
    if (Known({"learning.rule"}) && config.learning().rule() != Learning::INTERLEAVED) {
      Complain(
          path,
          "what is hurried is made of the frame that has just come, beside which it is learned "
          "against: choose learning.rule: interleaved, or leave the weight at 0");
    }
    const bool changes =
        encoding.temporal_difference() || encoding.optical_flow() || encoding.motion();
    if (changes ||
        !Known({"encoding.temporal_difference", "encoding.optical_flow", "encoding.motion"})) {
      return;
    }
    Complain(
        path,
        "the encoding tells nothing of change, so that what is hurried would be as it was: set "
        "encoding.motion, temporal_difference or optical_flow, or leave the weight at 0");
  }

  void CheckNovelty(const Config& config) {
    const Novelty& novelty = config.novelty();
    if (!novelty.enabled() || !Known({"novelty"})) return;
    if (ReadsText(config)) {
      Complain("novelty.enabled",
               "it is watched for in pictures, and this is a text: leave it off");
      return;
    }
    if (Known({"encoding"}) && !config.encoding().has_patches() && !ReadsSeries(config)) {
      Complain("novelty.enabled",
               "it compares the places of a picture, and without encoding.patches there is one "
               "only: give encoding.patches");
    }
    if (Known({"learning.rule"}) && config.learning().rule() == Learning::LOOKING) {
      Complain("novelty.enabled",
               "what is usual is learned from the frames that the network learns from, and the "
               "rule looking learns from none: choose another learning.rule");
    }
    const bool gives_share = novelty.scene_share() != Novelty::default_instance().scene_share();
    if (gives_share && Known({"encoding"}) && !config.encoding().motion()) {
      Complain("novelty.scene_share",
               "it is measured by what moves: switch encoding.motion on, or leave it out");
    }
    if (novelty.end_score() > novelty.begin_score()) {
      Complain("novelty.end_score",
               Format("an event that begins at a score of {} cannot end above it, at {}",
                      novelty.begin_score(), novelty.end_score()));
    }
  }

  void CheckThresholdShare(const Learning& learning) {
    const std::string share = "learning.threshold_share";
    const bool sleeps =
        learning.rule() != Learning::INTERLEAVED && learning.rule() != Learning::LOOKING;
    if (learning.threshold_share() <= 0 || sleeps || !Known({share, "learning.rule"})) return;
    Complain(share,
             "a threshold moves between phases, and this rule has none: choose a rule that sleeps, "
             "or leave the share at 0");
  }

  // `path`: of the weight that asks for them.
  void CheckWrongLabels(const Config& config, const std::string& path) {
    const std::string rule = "learning.rule";
    if (Known({"labels.classes"}) && config.labels().classes_size() < 2) {
      Complain(path, Format("labels.classes names {}, and a wrong label is another one: name two "
                            "at the least, or leave the weight at 0",
                            config.labels().classes_size()));
    }
    if (Known({rule}) && (config.learning().rule() == Learning::DEFERRED_CONTRAST ||
                          config.learning().rule() == Learning::CARRIED_VELOCITY)) {
      Complain(path,
               "a wrong label is told from the right one side by side, which only the rules "
               "rehearsed and interleaved show: choose one of them, or leave the weight at 0");
    }
    if (config.network().layers().empty()) return;
    const std::string top_down =
        Join(Join("network.layers", config.network().layers_size() - 1), "top_down");
    if (config.labels().place() != Labels::TOP || !Known({"labels.place", top_down}) ||
        config.network().layers().rbegin()->top_down()) {
      return;
    }
    Complain(top_down,
             "labels stand above the top layer, which then has to read from above: leave top_down "
             "on, or choose labels.place: input");
  }

  void CheckProbe(const Config& config) {
    const Probe& probe = config.probe();
    const std::string sequences = "probe.sequences", locations = "probe.locations";
    if (!Known({sequences, locations})) return;
    if (probe.sequences() == 1) {
      Complain(
          sequences,
          "a jump cut leads from one sequence to another: give two or more, or 0 for no probing");
    }
    const uint64_t places = uint64_t{probe.sequences()} * probe.locations();
    if (places <= kMostProbedPlaces) return;
    Complain(locations, Format("{} places of each of {} sequences are {}, and may be at most {}: "
                               "choose fewer of either, some dozens of places say what more would",
                               probe.locations(), probe.sequences(), places, kMostProbedPlaces));
  }

  // Switched on, and never to say anything.
  void CheckGuard(const Config& config) {
    const Guard& guard = config.guard();
    const std::string path = "guard.enabled";
    if (!guard.enabled() || !Known({"guard", "probe", "learning.rule"})) return;
    const Learning::Rule rule = config.learning().rule();
    const bool sleeps = rule != Learning::INTERLEAVED && rule != Learning::LOOKING;
    const bool after_sleep = sleeps && config.probe().after_sleep();
    if (rule == Learning::LOOKING) {
      Complain(path, "learning.rule is looking, of which nothing can be lost: leave it off");
    } else if (config.probe().sequences() == 0) {
      Complain(path,
               "the guard judges by the probe set, and there is none: give two or more "
               "probe.sequences");
    } else if (config.probe().every_steps() == 0 && !after_sleep) {
      Complain(path,
               "the guard judges whenever the probe set is scored, and it never is: set "
               "probe.every_steps, or probe.after_sleep where the rule sleeps");
    }
    if (guard.auc() > 0 && sleeps && !after_sleep) {
      Complain("guard.auc", "it is looked at after each sleep: set probe.after_sleep");
    }
    CheckGuardLimits(guard);
  }

  // What can never be sound by the margin is never looked at.
  void CheckGuardLimits(const Guard& guard) {
    if (guard.auc() * (1 + guard.margin()) >= 1) {
      Complain("guard.auc",
               Format("with guard.margin {} no AUC would be sound by the margin: choose less of "
                      "either",
                      guard.margin()));
    }
    if (guard.weight_norm() > 0 && guard.weight_norm() * (1 - guard.margin()) < 1) {
      Complain("guard.weight_norm",
               Format("norms are counted in multiples of the first ones, and with guard.margin {} "
                      "those would not be sound: choose more than {:.4g}",
                      guard.margin(), 1 / (1 - guard.margin())));
    }
  }

  void CheckWebhooks(const Notify& notify) {
    if (notify.webhooks_size() > 0 && notify.folder().empty()) {
      Complain("notify.folder", "what waits needs a folder");
    }
    const std::vector<std::string> kinds = EventKinds();
    for (int i = 0; i < notify.webhooks_size(); ++i) {
      const Webhook& webhook = notify.webhooks(i);
      const std::string here = Join("notify.webhooks", i);
      CheckWebhookName(notify, i);
      CheckWebhookUrl(webhook, here);
      for (int k = 0; k < webhook.kinds_size(); ++k) {
        const std::string path = Join(Join(here, "kinds"), k);
        const std::string& kind = webhook.kinds(k);
        if (std::ranges::find(kinds, kind) != kinds.end()) continue;
        Complain(path, Format("'{}' is no kind of event{}", Shown(kind), Suggestion(kind, kinds)));
      }
    }
  }

  // It becomes the name of a folder.
  void CheckWebhookName(const Notify& notify, int index) {
    constexpr size_t kLongest = 64;
    const std::string& name = notify.webhooks(index).name();
    const std::string here = Join(Join("notify.webhooks", index), "name");
    if (!notify.webhooks(index).has_name() || !Known({here})) return;
    const bool is_plain = std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    });
    if (name.empty() || name.front() == '.' || name.size() > kLongest || !is_plain) {
      Complain(here, Format("'{}' is no name for a folder: up to {} letters, digits, '-', '_' and "
                            "'.', which must not be the first",
                            Shown(name), kLongest));
    }
    for (int i = 0; i < index; ++i) {
      if (notify.webhooks(i).name() != name) continue;
      Complain(here, Format("the name '{}' is already taken", Shown(name)));
      return;
    }
  }

  void CheckWebhookUrl(const Webhook& webhook, const std::string& path) {
    const std::string url = Join(path, "url"), file = Join(path, "url_file");
    if (!Known({url, file})) return;
    if (webhook.url().empty() == webhook.url_file().empty()) {
      Complain(path, "give either url or url_file");
    } else if (!webhook.url().empty() && !HasWebScheme(webhook.url())) {
      Complain(url, "it begins neither with http:// nor with https://");
    }
  }

  void CheckBroker(const Config& config) {
    if (!config.has_broker()) return;
    const Broker& broker = config.broker();
    CheckBrokerUrl(broker);
    const auto check_word = [this](const std::string& path, const std::string& word) {
      if (!Known({path}) || IsSubjectWord(word)) return;
      Complain(path, Format("'{}' is no word: up to {} letters, digits, '-' and '_'", Shown(word),
                            kLongestSubjectWord));
    };
    if (!broker.name().empty()) check_word("broker.name", broker.name());
    if (broker.has_home_assistant()) {
      check_word("broker.home_assistant.discovery_prefix",
                 broker.home_assistant().discovery_prefix());
    }
    if (Known({"broker.prefix"}) && !IsSubjectPrefix(broker.prefix())) {
      Complain("broker.prefix", Format("'{}' is not up to {} words of letters, digits, '-' and '_' "
                                       "with dots between them",
                                       Shown(broker.prefix()), kMostSubjectWords));
    }
    if (Known({"broker.certificate_file", "broker.key_file"}) &&
        broker.certificate_file().empty() != broker.key_file().empty()) {
      Complain("broker", "give both certificate_file and key_file, or neither");
    }
    CheckBrokerFolder(config);
  }

  void CheckNetworkName(const std::string& path, const std::string& name) {
    if (!Known({path}) || IsSubjectWord(name)) return;
    Complain(path, Format("'{}' is no word: up to {} letters, digits, '-' and '_'", Shown(name),
                          kLongestSubjectWord));
  }

  void CheckSpread(const Config& config) {
    if (!config.has_spread()) return;
    const Spread& spread = config.spread();
    if (!config.has_broker()) {
      Complain("spread", "others are reached through a broker: give one");
    }
    if (config.share() == Config::NOTHING) {
      Complain("spread",
               "each source has a network of its own, as share is nothing, and one network "
               "can be spread: choose share: weights");
    }
    CheckNetworkName("spread.network", spread.network());
    std::set<uint32_t> seen;
    for (int i = 0; i < spread.layers_size(); ++i) {
      CheckSpreadLayer(config, spread.layers(i), Join("spread.layers", i), seen);
    }
  }

  void CheckSpreadLayer(const Config& config, uint32_t layer, const std::string& path,
                        std::set<uint32_t>& seen) {
    const auto count = static_cast<uint32_t>(config.network().layers_size());
    if (!Known({path, "network.layers"})) return;
    if (layer < 1 || layer > count) {
      return Complain(path,
                      Format("there is no layer {}: they are counted from 1 to {}", layer, count));
    }
    if (!seen.insert(layer).second)
      return Complain(path, Format("layer {} stands there twice", layer));
    const Negatives& negatives = config.learning().negatives();
    if (negatives.random_label() <= 0 && negatives.predicted_label() <= 0) return;
    const bool reads = config.labels().place() == Labels::INPUT ? layer == 1 : layer == count;
    if (reads) {
      Complain(path, Format("layer {} reads labels (labels.place), and is computed here", layer));
    }
  }

  void CheckHosts(const Config& config) {
    if (config.hosts_size() > 0 && !config.has_broker()) {
      Complain("hosts", "others are reached through a broker: give one");
    }
    std::set<std::pair<std::string, uint32_t>> seen;
    for (int i = 0; i < config.hosts_size(); ++i) {
      const HostedLayers& hosted = config.hosts(i);
      const std::string path = Join("hosts", i);
      CheckNetworkName(Join(path, "network"), hosted.network());
      for (int l = 0; l < hosted.layers_size(); ++l) {
        const std::string here = Join(Join(path, "layers"), l);
        if (!Known({here})) continue;
        if (hosted.layers(l) < 1) Complain(here, "layers are counted from 1");
        if (!seen.emplace(hosted.network(), hosted.layers(l)).second) {
          Complain(here, Format("layer {} of '{}' stands there twice", hosted.layers(l),
                                Shown(hosted.network())));
        }
      }
    }
  }

  void CheckReplicas(const Config& config) {
    if (!config.has_replicas()) return;
    if (Known({"replicas.model"}) && !IsSubjectWord(config.replicas().model())) {
      Complain("replicas.model", Format("'{}' is no word: up to {} letters, digits, '-' and '_'",
                                        Shown(config.replicas().model()), kLongestSubjectWord));
    }
    if (!config.has_broker()) {
      Complain("replicas",
               "it is through a broker that they share what they learn: configure "
               "`broker`, or leave this out");
    }
    if (config.share() == Config::NOTHING && Known({"share"})) {
      Complain("replicas",
               "with `share: nothing` there are several networks, and one is what can "
               "be shared with others: give `share: weights`, or leave this out");
    }
    if (config.learning().rule() == Learning::LOOKING && Known({"learning.rule"})) {
      Complain("replicas", "with the rule `looking` nothing is learned that could be shared");
    }
  }

  void CheckBrokerUrl(const Broker& broker) {
    if (!Known({"broker.url", "broker.url_file"})) return;
    if (broker.url().empty() == broker.url_file().empty()) {
      Complain("broker", "give either url or url_file");
    } else if (!broker.url().empty() && !HasBrokerScheme(broker.url())) {
      Complain("broker.url", "it begins neither with nats:// nor with tls://");
    }
  }

  void CheckBrokerFolder(const Config& config) {
    const std::string& folder = config.broker().folder();
    if (!Known({"broker.folder"})) return;
    if (folder.empty()) return Complain("broker.folder", "what waits needs a folder");
    const Notify& notify = config.notify();
    if (std::ranges::any_of(notify.webhooks(), [&](const Webhook& webhook) {
          return notify.folder() + "/" + webhook.name() == folder;
        })) {
      Complain("broker.folder",
               "events that wait for a webhook are kept there, too: name another folder");
    }
  }

  // Of what nothing is told there are none.
  void CheckPictures(const Config& config) {
    const Notify& notify = config.notify();
    if (notify.has_events()) CheckEventFolder(config);
    if (config.novelty().enabled() || !Known({"novelty.enabled"})) return;
    const char* const sentence =
        "only what is unusual has a picture, and novelty.enabled is false: switch it on, or leave "
        "this out";
    if (notify.has_events()) Complain("notify.events", sentence);
    if (config.broker().picture() && Known({"broker.picture"})) {
      Complain("broker.picture", sentence);
    }
    for (int i = 0; i < notify.webhooks_size(); ++i) {
      const std::string here = Join(Join("notify.webhooks", i), "picture");
      if (notify.webhooks(i).picture() && Known({here})) Complain(here, sentence);
    }
  }

  void CheckEventFolder(const Config& config) {
    const std::string& folder = config.notify().events().folder();
    const std::string here = "notify.events.folder";
    if (!Known({here})) return;
    if (folder.empty()) {
      Complain(here, "what is kept needs a folder: name one, or leave notify.events out");
      return;
    }
    const auto also = [&](bool there, const char* what) {
      if (!there) return;
      Complain(here, Format("{} are kept there, too: name another folder for one of them", what));
    };
    also(config.checkpoint().folder() == folder, "checkpoints");
    also(config.record().enabled() && config.record().folder() == folder, "sessions");
    also(config.history().enabled() && config.history().folder() == folder, "months of history");
    const Notify& notify = config.notify();
    also(std::ranges::any_of(notify.webhooks(),
                             [&](const Webhook& webhook) {
                               return notify.folder() + "/" + webhook.name() == folder;
                             }),
         "events that wait for a webhook");
  }

  // By value and not by presence, as CheckGate.
  void CheckRecord(const Record& record, const std::string& checkpoint_folder) {
    const std::string folder = "record.folder", budget = "record.budget_megabytes";
    if (!Known({folder, budget, "record.segment_megabytes"})) return;
    if (!record.enabled() && record.folder() != Record::default_instance().folder()) {
      Complain(folder,
               "nothing is recorded there while record.enabled is false: switch it on, or "
               "leave this out");
    }
    if (record.enabled() && !checkpoint_folder.empty() && record.folder() == checkpoint_folder) {
      Complain(folder, "checkpoints are kept there, too: name another folder for one of them");
    }
    if (record.enabled() && record.folder().empty()) {
      Complain(folder, "what is recorded needs a folder: name one");
    }
    const uint64_t least = 2 * record.segment_megabytes();
    if (record.budget_megabytes() == 0 || record.budget_megabytes() >= least) return;
    Complain(budget, Format("{} megabytes are less than two files of record.segment_megabytes, "
                            "which take {}: the one that is written is never removed",
                            record.budget_megabytes(), least));
  }

  // By value and not by presence, as CheckGate.
  void CheckHistory(const Config& config) {
    const History& history = config.history();
    const std::string folder = "history.folder";
    if (!Known({folder, "history.enabled"}) || history.folder().empty()) return;
    if (!history.enabled()) {
      Complain(folder,
               "nothing is remembered there while history.enabled is false: switch it on, or leave "
               "this out");
    }
    const bool recorded = config.record().enabled() && config.record().folder() == history.folder();
    if (recorded || config.checkpoint().folder() == history.folder()) {
      Complain(folder, Format("{} are kept there, too: name another folder for one of them",
                              recorded ? "sessions" : "checkpoints"));
    }
  }

  const Places& places_;
  Report& report_;
};

}  // namespace

void Validate(const Config& config, const Places& places, Report* report) {
  Validator(places, report).Check(config);
}

}  // namespace hypnos::config
