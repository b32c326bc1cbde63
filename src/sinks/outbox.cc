#include "hypnos/sinks/outbox.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

constexpr std::string_view kSuffix = ".json";
constexpr std::string_view kUnfinished = ".unfinished";

std::string FileOf(uint64_t number) { return Format("{:020}{}", number, kSuffix); }

// None: it is no file of ours.
std::optional<uint64_t> NumberOf(std::string_view file) {
  if (!file.ends_with(kSuffix)) return std::nullopt;
  file.remove_suffix(kSuffix.size());
  uint64_t number = 0;
  const auto read = std::from_chars(file.data(), file.data() + file.size(), number);
  const bool is_whole = read.ec == std::errc() && read.ptr == file.data() + file.size();
  return is_whole && FileOf(number) == Format("{}{}", file, kSuffix) ? std::optional(number)
                                                                     : std::nullopt;
}

// An object, as all that is put in.
bool IsWhole(std::string_view body) { return body.starts_with('{') && body.ends_with('}'); }

}  // namespace

Status Outbox::Open() {
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<std::string> names, files_.ListFolder(folder_));
  // What is in memory came later, but is not held up by what is found now.
  opened_ = true;
  Status first_error;
  // In the order of their numbers, as they are of one length.
  for (const std::string& name : names) {
    const bool is_left_over = name.ends_with(kUnfinished);
    if (!is_left_over && !NumberOf(name)) continue;
    const Status status = is_left_over ? files_.Remove(PathOf(name)) : TakeOver(name);
    if (!status.ok() && first_error.ok()) first_error = status;
    MakeRoom();
  }
  return first_error;
}

Status Outbox::TakeOver(const std::string& file) {
  next_number_ = *NumberOf(file) + 1;
  auto body = files_.ReadFile(PathOf(file));
  if (!body.ok()) {
    ++dropped_;
    return body.error();
  }
  // Nobody would take it, and it would hold up the rest.
  if (!IsWhole(*body)) {
    ++dropped_;
    return files_.Remove(PathOf(file));
  }
  bytes_ += body->size();
  waiting_.push_back({.file = file, .body = *std::move(body)});
  return {};
}

Status Outbox::Put(std::string body) {
  if (body.size() > limits_.bytes) {
    ++dropped_;
    return {};
  }
  Status opened = opened_ ? Status() : Open();
  std::string file = FileOf(next_number_++);
  Status written = opened_ ? Write(file, body) : opened;
  bytes_ += body.size();
  waiting_.push_back({.file = written.ok() ? std::move(file) : "", .body = std::move(body)});
  MakeRoom();
  return written;
}

Status Outbox::Write(const std::string& file, const std::string& body) {
  const std::string path = PathOf(file);
  const std::string aside = Format("{}{}", path, kUnfinished);
  // It may have vanished.
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  Status written = [&]() -> Status {
    HYPNOS_ASSIGN_OR_RETURN(const auto out, files_.CreateFile(aside));
    HYPNOS_RETURN_IF_ERROR(out->Append(body));
    HYPNOS_RETURN_IF_ERROR(out->Sync());
    HYPNOS_RETURN_IF_ERROR(out->Close());
    HYPNOS_RETURN_IF_ERROR(files_.Rename(aside, path));
    return files_.SyncFolder(folder_);
  }();
  if (written.ok()) return {};
  // What can be is removed: it is in memory, and would be delivered twice.
  if (files_.Exists(aside)) (void)files_.Remove(aside);
  if (files_.Exists(path)) (void)files_.Remove(path);
  return written;
}

Status Outbox::PopFront() {
  Entry entry = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= entry.body.size();
  if (entry.file.empty()) return {};
  const Status removed = files_.Remove(PathOf(entry.file));
  // Somebody else did it.
  return removed.ok() || removed.error().code == Code::kNotFound ? Status() : removed;
}

void Outbox::MakeRoom() {
  while (waiting_.size() > limits_.notices || bytes_ > limits_.bytes) {
    (void)PopFront();
    ++dropped_;
  }
}

}  // namespace hypnos
