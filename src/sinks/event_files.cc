#include "sinks/event_files.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/imaging/codecs.h"
#include "hypnos/imaging/mjpeg_avi.h"

namespace hypnos {
namespace {

constexpr std::string_view kUnfinished = ".unfinished";
// The one by which it is known that all are there comes last.
constexpr std::array<std::string_view, 3> kSuffixes = {".png", ".avi", ".json"};
constexpr size_t kLongestSource = 64;
constexpr std::string_view kTimePattern = "00000000T000000Z-";

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

// As in "door-7".
bool EndsWithNumber(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash + 1 == name.size()) return false;
  return std::ranges::all_of(name.substr(dash + 1), [](char c) { return c >= '0' && c <= '9'; });
}

// Empty: it is no file of ours.
std::string EventOf(std::string_view file) {
  const bool has_time =
      file.size() > kTimePattern.size() &&
      std::ranges::equal(file.substr(0, kTimePattern.size()), kTimePattern, [](char c, char like) {
        return like == '0' ? c >= '0' && c <= '9' : c == like;
      });
  if (!has_time) return "";
  for (const std::string_view suffix : kSuffixes) {
    if (!file.ends_with(suffix)) continue;
    const std::string_view event = file.substr(0, file.size() - suffix.size());
    return EndsWithNumber(event.substr(kTimePattern.size())) ? std::string(event) : "";
  }
  return "";
}

// Precondition: it is a file of ours.
size_t SuffixOf(std::string_view file) {
  const auto* const found = std::ranges::find_if(
      kSuffixes, [file](std::string_view suffix) { return file.ends_with(suffix); });
  return static_cast<size_t>(found - kSuffixes.begin());
}

std::string AviOf(const EventClip& clip, double frame_rate_hz) {
  if (clip.frames.empty()) return "";
  const std::vector<std::string_view> frames = [&] {
    std::vector<std::string_view> views;
    views.reserve(clip.frames.size());
    for (const auto& frame : clip.frames) views.emplace_back(*frame);
    return views;
  }();
  return MjpegAvi(frames, clip.width, clip.height, frame_rate_hz);
}

std::string PngOf(const Image& image) {
  if (image.empty()) return "";
  const std::vector<uint8_t> png = EncodePng(image);
  return {png.begin(), png.end()};
}

std::string TextOf(const EventClip& clip, const std::string& name, const std::string& host) {
  nlohmann::json json = nlohmann::json::parse(JsonOf(clip.news.notice, host));
  const EventNews& news = clip.news;
  if (news.x > 0) json["x"] = news.x;
  if (news.y > 0) json["y"] = news.y;
  json["peak_time"] = Iso8601(news.peak_wall_time);
  if (!clip.picture.empty()) {
    json["picture"] = name + ".png";
    json["picture_after_begin_seconds"] = Seconds(clip.picture_time - news.begin);
  }
  if (!clip.frames.empty()) {
    json["clip"] = name + ".avi";
    json["clip_before_begin_seconds"] = Seconds(news.begin - clip.first_time);
    json["clip_is_whole"] = clip.whole && clip.ended;
  }
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string EventFileName(const Notice& notice) {
  const auto second = std::chrono::floor<std::chrono::seconds>(notice.time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  std::string source = notice.source.substr(0, kLongestSource);
  std::ranges::replace_if(
      source, [](char c) { return !IsPlain(c); }, '_');
  return Format("{:04}{:02}{:02}T{:02}{:02}{:02}Z-{}-{}", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                clock.hours().count(), clock.minutes().count(), clock.seconds().count(), source,
                notice.id);
}

Status EventFiles::Open() {
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.ListFolder(folder_));
  entries_.clear();
  bytes_ = 0;
  for (const std::string& file : names) {
    const bool unfinished = file.ends_with(kUnfinished);
    const std::string whole = file.substr(0, file.size() - (unfinished ? kUnfinished.size() : 0));
    if (EventOf(whole).empty() || (unfinished && RemoveFile(file).ok())) continue;
    Count(whole, file);
  }
  opened_ = true;
  return {};
}

// What cannot be opened has no size that is known, but may make room with the rest of its event.
void EventFiles::Count(const std::string& whole, const std::string& file) {
  const std::string event = EventOf(whole);
  if (entries_.empty() || entries_.back().name != event) entries_.push_back({.name = event});
  const auto opened = files_.OpenFile(PathOf(file));
  if (!opened.ok()) return;
  entries_.back().bytes[SuffixOf(whole)] += (*opened)->size();
  bytes_ += (*opened)->size();
}

Status EventFiles::Put(const EventClip& clip, double frame_rate_hz, const std::string& host) {
  if (!opened_) HYPNOS_RETURN_IF_ERROR(Open());
  Entry entry = {.name = EventFileName(clip.news.notice)};
  const std::array<std::string, 3> contents = {PngOf(clip.picture), AviOf(clip, frame_rate_hz),
                                               TextOf(clip, entry.name, host)};
  uint64_t bytes = 0;
  for (const std::string& content : contents) bytes += content.size();
  HYPNOS_RETURN_IF_ERROR(MakeRoom(bytes));
  // It may have vanished.
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  Status written;
  for (size_t i = 0; i < contents.size() && written.ok(); ++i) {
    if (contents[i].empty()) continue;
    entry.bytes[i] = contents[i].size();
    bytes_ += entry.bytes[i];
    written = Write(Format("{}{}", entry.name, kSuffixes[i]), contents[i]);
  }
  // What is left of one that failed makes room as others do.
  if (written.ok() || !RemoveAll(entry).ok()) entries_.push_back(std::move(entry));
  if (!written.ok()) return written;
  return files_.SyncFolder(folder_);
}

Status EventFiles::MakeRoom(uint64_t bytes) {
  if (bytes > budget_bytes_) {
    return Error{Code::kResourceExhausted, "BUDGET",
                 Format("an event of {} bytes is more than all that may be kept ({} bytes)", bytes,
                        budget_bytes_)};
  }
  Status first_error;
  for (auto entry = entries_.begin(); bytes_ + bytes > budget_bytes_ && entry != entries_.end();) {
    const Status removed = RemoveAll(*entry);
    if (removed.ok()) {
      entry = entries_.erase(entry);
    } else {
      if (first_error.ok()) first_error = removed;
      ++entry;
    }
  }
  return bytes_ + bytes > budget_bytes_ ? first_error : Status();
}

// The other way round: what is left of it is not taken for whole. Where the first cannot be
// removed it stays whole.
Status EventFiles::RemoveAll(Entry& entry) {
  for (size_t i = kSuffixes.size(); i-- > 0;) {
    const std::string file = Format("{}{}", entry.name, kSuffixes[i]);
    HYPNOS_RETURN_IF_ERROR(RemoveFile(file));
    HYPNOS_RETURN_IF_ERROR(RemoveFile(Format("{}{}", file, kUnfinished)));
    bytes_ -= std::exchange(entry.bytes[i], 0);
  }
  return {};
}

Status EventFiles::RemoveFile(const std::string& file) {
  const std::string path = PathOf(file);
  if (!files_.Exists(path)) return {};
  Status removed = files_.Remove(path);
  // Somebody else did it.
  if (!removed.ok() && removed.error().code == Code::kNotFound) return {};
  return removed;
}

Status EventFiles::Write(const std::string& file, std::string_view bytes) {
  const std::string path = PathOf(file);
  const std::string aside = Format("{}{}", path, kUnfinished);
  HYPNOS_ASSIGN_OR_RETURN(const auto out, files_.CreateFile(aside));
  HYPNOS_RETURN_IF_ERROR(out->Append(bytes));
  HYPNOS_RETURN_IF_ERROR(out->Sync());
  HYPNOS_RETURN_IF_ERROR(out->Close());
  return files_.Rename(aside, path);
}

}  // namespace hypnos
