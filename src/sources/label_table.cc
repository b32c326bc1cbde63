#include "sources/label_table.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/nearest.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

// Some programs begin a file with it.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Error Bad(std::string sentence) {
  return {Code::kInvalidArgument, "BAD_LABELS", std::move(sentence)};
}

// Text of a stranger's file, fit for one line.
std::string Shown(std::string_view text) {
  constexpr size_t kLongest = 60;
  return Printable(text.substr(0, kLongest)) + (text.size() > kLongest ? "…" : "");
}

// RFC 4180, but for line ends in quotes. Nothing where a quote is not closed.
std::optional<std::vector<std::string>> Fields(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (c == '"' && (quoted || fields.back().empty())) {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return std::nullopt;
  return fields;
}

std::optional<int64_t> FrameNumber(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < 0) return std::nullopt;
  return number;
}

}  // namespace

class LabelTable::Parser {
 public:
  Parser(const std::string& file_name, const std::vector<std::string>& classes)
      : file_name_(file_name), classes_(classes) {}

  Result<std::vector<Stretch>> Parse(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      if (line.empty()) continue;
      const auto fields = Fields(line);
      if (!fields) return At("a quote is not closed");
      HYPNOS_RETURN_IF_ERROR(columns_ == 0 ? Header(*fields) : Row(*fields));
    }
    if (columns_ == 0) return At("the file is empty; it begins with first,last,label");
    return std::move(stretches_);
  }

 private:
  Error At(const std::string& sentence) const {
    return Bad(Format("{}:{}: {}", Printable(file_name_), std::max<size_t>(1, line_), sentence));
  }

  Status Header(const std::vector<std::string>& fields) {
    const std::vector<std::string> stretches = {"first", "last", "label"},
                                   frames = {"frame", "label"};
    if (fields != stretches && fields != frames) {
      return At("the first line must be first,last,label or frame,label");
    }
    columns_ = fields.size();
    return {};
  }

  Status Row(const std::vector<std::string>& fields) {
    if (fields.size() != columns_) {
      return At(Format("{} fields instead of {}", fields.size(), columns_));
    }
    Stretch stretch{.line = line_};
    HYPNOS_ASSIGN_OR_RETURN(stretch.first, Number(fields[0]));
    HYPNOS_ASSIGN_OR_RETURN(stretch.last, Number(fields[columns_ - 2]));
    if (stretch.last < stretch.first) {
      return At(
          Format("the last frame {} comes before the first, {}", stretch.last, stretch.first));
    }
    if (!stretches_.empty() && stretch.first <= stretches_.back().last) {
      return At(
          Format("frame {} comes after frame {} of line {}: frames must be in order, and "
                 "have one label each",
                 stretch.first, stretches_.back().last, stretches_.back().line));
    }
    const auto label = FindLabel(fields.back(), classes_);
    if (!label.ok()) return At(label.error().message);
    stretch.label = *label;
    stretches_.push_back(stretch);
    return {};
  }

  Result<int64_t> Number(const std::string& text) const {
    if (const auto number = FrameNumber(text)) return *number;
    return At(Format("'{}' is not the number of a frame, which count from 0", Shown(text)));
  }

  const std::string& file_name_;
  const std::vector<std::string>& classes_;
  size_t columns_ = 0;  // 0: no header yet
  size_t line_ = 0;
  std::vector<Stretch> stretches_;
};

Result<LabelTable> LabelTable::Parse(std::string_view text, const std::string& file_name,
                                     const std::vector<std::string>& classes) {
  HYPNOS_ASSIGN_OR_RETURN(auto stretches, Parser(file_name, classes).Parse(text));
  return LabelTable(file_name, std::move(stretches));
}

std::optional<size_t> LabelTable::At(int64_t frame) const {
  const auto after = std::ranges::upper_bound(stretches_, frame, {}, &Stretch::first);
  if (after == stretches_.begin() || std::prev(after)->last < frame) return std::nullopt;
  return std::prev(after)->label;
}

Status LabelTable::CheckEnd(int64_t last_frame) const {
  const auto beyond = std::ranges::upper_bound(stretches_, last_frame, {}, &Stretch::last);
  if (beyond == stretches_.end()) return {};
  return Error{Code::kInvalidArgument, "LABELS_BEYOND_END",
               Format("{}:{}: frame {} has a label, but the clip ended after frame {}: the labels "
                      "belong to another clip, or to more of it",
                      Printable(file_name_), beyond->line, beyond->last, last_frame)};
}

Result<size_t> FindLabel(const std::string& name, const std::vector<std::string>& classes) {
  const auto found = std::ranges::find(classes, name);
  if (found != classes.end()) return static_cast<size_t>(found - classes.begin());
  const std::string nearest = Nearest(name, classes);
  return Bad(Format("'{}' is none of labels.classes{}", Shown(name),
                    nearest.empty() ? "" : Format("; did you mean '{}'?", Printable(nearest))));
}

Result<size_t> LabelOfFolder(const std::string& folder, const std::vector<std::string>& classes) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(folder, error).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  auto label = FindLabel(path.filename().string(), classes);
  if (label.ok()) return label;
  return Bad(Format("folder '{}': {}", Printable(folder), label.error().message));
}

}  // namespace hypnos
