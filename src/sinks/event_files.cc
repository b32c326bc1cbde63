#include "sinks/event_files.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
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

// Empty: it is no file of ours.
std::string EventOf(std::string_view file) {
  const bool has_time =
      file.size() > kTimePattern.size() &&
      std::ranges::equal(file.substr(0, kTimePattern.size()), kTimePattern, [](char c, char like) {
        return like == '0' ? c >= '0' && c <= '9' : c == like;
      });
  if (!has_time) return "";
  for (const std::string_view suffix : kSuffixes) {
    if (file.ends_with(suffix)) return std::string(file.substr(0, file.size() - suffix.size()));
  }
  return "";
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
    if (file.ends_with(kUnfinished)) {
      const std::string whole = file.substr(0, file.size() - kUnfinished.size());
      if (!EventOf(whole).empty()) (void)files_.Remove(PathOf(file));
      continue;
    }
    const std::string event = EventOf(file);
    if (event.empty()) continue;
    const auto opened = files_.OpenFile(PathOf(file));
    if (!opened.ok()) continue;
    if (entries_.empty() || entries_.back().name != event) entries_.push_back({event, 0});
    entries_.back().bytes += (*opened)->size();
    bytes_ += (*opened)->size();
  }
  opened_ = true;
  return {};
}

Status EventFiles::Put(const EventClip& clip, double frame_rate_hz, const std::string& host) {
  if (!opened_) HYPNOS_RETURN_IF_ERROR(Open());
  const std::string name = EventFileName(clip.news.notice);
  const std::array<std::string, 3> contents = {PngOf(clip.picture), AviOf(clip, frame_rate_hz),
                                               TextOf(clip, name, host)};
  uint64_t bytes = 0;
  for (const std::string& content : contents) bytes += content.size();
  HYPNOS_RETURN_IF_ERROR(MakeRoom(bytes));
  // It may have vanished.
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  for (size_t i = 0; i < contents.size(); ++i) {
    if (contents[i].empty()) continue;
    Status written = Write(Format("{}{}", name, kSuffixes[i]), contents[i]);
    if (written.ok()) continue;
    (void)RemoveAll(name);
    return written;
  }
  entries_.push_back({name, bytes});
  bytes_ += bytes;
  return files_.SyncFolder(folder_);
}

Status EventFiles::MakeRoom(uint64_t bytes) {
  if (bytes > budget_bytes_) {
    return Error{Code::kResourceExhausted, "BUDGET",
                 Format("an event of {} bytes is more than all that may be kept ({} bytes)", bytes,
                        budget_bytes_)};
  }
  while (bytes_ + bytes > budget_bytes_) {
    HYPNOS_RETURN_IF_ERROR(RemoveAll(entries_.front().name));
    bytes_ -= entries_.front().bytes;
    entries_.pop_front();
  }
  return {};
}

// The other way round: what is left of it is not taken for whole.
Status EventFiles::RemoveAll(const std::string& name) {
  Status first_error;
  for (auto suffix = kSuffixes.rbegin(); suffix != kSuffixes.rend(); ++suffix) {
    const std::string path = PathOf(Format("{}{}", name, *suffix));
    if (!files_.Exists(path)) continue;
    const Status removed = files_.Remove(path);
    // Somebody else did it.
    if (removed.ok() || removed.error().code == Code::kNotFound) continue;
    if (first_error.ok()) first_error = removed;
  }
  return first_error;
}

Status EventFiles::Write(const std::string& file, std::string_view bytes) {
  const std::string path = PathOf(file);
  const std::string aside = Format("{}{}", path, kUnfinished);
  Status written = [&]() -> Status {
    HYPNOS_ASSIGN_OR_RETURN(const auto out, files_.CreateFile(aside));
    HYPNOS_RETURN_IF_ERROR(out->Append(bytes));
    HYPNOS_RETURN_IF_ERROR(out->Sync());
    HYPNOS_RETURN_IF_ERROR(out->Close());
    return files_.Rename(aside, path);
  }();
  if (!written.ok() && files_.Exists(aside)) (void)files_.Remove(aside);
  return written;
}

}  // namespace hypnos
