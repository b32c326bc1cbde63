#include "hypnos/record/session_reader.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {

SessionReader::SessionReader(FileSystem& files, SessionFolder folder)
    : files_(files), folder_(std::move(folder)) {}

Result<std::unique_ptr<SessionReader>> SessionReader::Open(FileSystem& files,
                                                           const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(SessionFolder folder, FindSession(files, path));
  std::unique_ptr<SessionReader> reader(new SessionReader(files, std::move(folder)));
  HYPNOS_RETURN_IF_ERROR(reader->OpenSegment());
  reader->header_ = reader->segment_->header();
  return reader;
}

Status SessionReader::OpenSegment() {
  const size_t here = next_++;
  const SegmentFile& file = folder_.segments[here];
  HYPNOS_ASSIGN_OR_RETURN(segment_, SegmentReader::Open(files_, file.path));
  const uint64_t events_before = segment_->header().events_before();
  // What was damaged has been told already. What was cut off may be no more than the writer knew to
  // be lost when it went on here.
  const bool follows =
      here == 0 || damaged_ ||
      (file.number == folder_.segments[here - 1].number + 1 && events_before == events_);
  if (!follows) {
    gap_ = cut_off_ ? *cut_off_
                    : Error{Code::kDataLoss, "SEGMENT_MISSING",
                            Format("something is missing before '{}'", Printable(file.path))};
  }
  events_ = events_before;
  damaged_ = false;
  cut_off_.reset();
  return {};
}

Result<std::optional<session::Event>> SessionReader::Next() {
  while (true) {
    if (segment_ == nullptr) {
      if (next_ == folder_.segments.size()) return std::optional<session::Event>();
      const Status opened = OpenSegment();
      if (!opened.ok() && !IsCutOff(opened.error())) return Damage(opened.error());
      if (gap_) return *std::exchange(gap_, {});
    }
    auto event = segment_ != nullptr ? segment_->Next() : std::optional<session::Event>();
    if (!event.ok() && !IsCutOff(event.error())) return Damage(event.error());
    if (event.ok() && *event) {
      ++events_;
      return event;
    }
    segment_.reset();
  }
}

bool SessionReader::IsCutOff(const Error& error) {
  if (error.reason != "SEGMENT_CUT_OFF") return false;
  cut_off_ = error;
  return true;
}

Error SessionReader::Damage(const Error& error) {
  segment_.reset();
  damaged_ = true;
  return error;
}

}  // namespace hypnos
