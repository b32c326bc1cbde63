#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/watched.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "hypnos/base/utf8.h"

namespace hypnos::config {
namespace {

// The read-out predicts each of its inputs from all of them, so that its weights grow with the
// square of the inputs: so many take 4 GiB, and more would sooner exhaust a machine than learn.
constexpr uint64_t kMostReadOutInputs = 32768;

// Of the alphabet that is read where none is given.
constexpr size_t kDefaultSymbols = 63;

// Of UTF-8; a byte that is none of it counts as one, and is refused elsewhere.
size_t CountCharacters(std::string_view text) {
  size_t count = 0;
  for (; !text.empty(); ++count) text.remove_prefix(std::max<size_t>(1, CharacterLength(text)));
  return count;
}

double ReadOutGibibytes(uint64_t inputs) {
  const auto n = static_cast<double>(inputs);
  return n * n * sizeof(float) / (1 << 30);
}

class EncodingCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    if (CheckTexts(config)) {
      CheckTextReadOut(config.encoding().text());
    } else if (CheckSeries(config)) {
      CheckSeriesEncoding(config.encoding().series());
    } else if (config.sources_size() > 0) {
      CheckEncoding(config.encoding());
    }
    CheckGeneratorKind(config);
    CheckGeneratorRule(config);
  }

 private:
  // Whether texts are read.
  bool CheckTexts(const Config& config) {
    ForEachSource(config.sources(), "sources", [&](const Source& source, const std::string& path) {
      if (source.has_text()) {
        CheckText(source.text(), config.encoding().text(), Join(path, "text"));
      }
    });
    return ReadsText(config);
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
};

}  // namespace

void ValidateEncoding(const Config& config, const Places& places, Report* report) {
  EncodingCheck(places, report).Check(config);
}

}  // namespace hypnos::config
