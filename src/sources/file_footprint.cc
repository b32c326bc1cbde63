#include "sources/file_footprint.h"

#include <algorithm>
#include <utility>

#include "sources/hashed_words.h"

namespace hypnos {

uint64_t FootprintOf(std::string_view bytes) { return Fnv1a(bytes); }

void FileFootprint::Add(std::string_view bytes) {
  constexpr auto kHead = static_cast<size_t>(FilePlace::kHeadBytes);
  if (head_.size() < kHead) head_ += bytes.substr(0, kHead - head_.size());
  // Seldom, since all that is kept is moved.
  if (last_.size() > 2 * kBehind) {
    const size_t gone = last_.size() - kBehind;
    last_.erase(0, gone);
    begin_ += static_cast<int64_t>(gone);
  }
  last_ += bytes;
}

FilePlace FileFootprint::At(int64_t offset) const {
  FilePlace place = {.offset = offset};
  const std::string_view head = head_, last = last_;
  place.head = FootprintOf(head.substr(0, static_cast<size_t>(place.head_bytes())));
  const auto end = static_cast<size_t>(std::max<int64_t>(0, offset - begin_));
  const size_t length = std::min(end, static_cast<size_t>(place.tail_bytes()));
  place.tail = FootprintOf(last.substr(end - length, length));
  return place;
}

FileFootprint FileFootprint::Behind(std::string head, std::string tail, int64_t offset) {
  FileFootprint footprint;
  footprint.head_ = std::move(head);
  footprint.begin_ = offset - static_cast<int64_t>(tail.size());
  footprint.last_ = std::move(tail);
  return footprint;
}

}  // namespace hypnos
