#include "record/session_writer.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/record/digest.h"
#include "hypnos/record/session_folder.h"

namespace hypnos {
namespace {

// What a daemon that is killed may lose.
constexpr Duration kFlushEvery = std::chrono::seconds(1);
// Of sessions that begin in the same second.
constexpr int kMostNames = 100;

int64_t UnixMilliseconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

SessionWriter::SessionWriter(FileSystem& files, const Clock& clock, const RecorderOptions& options,
                             const session::Header& about)
    : files_(files), clock_(clock), options_(options), header_(about) {
  header_.set_configuration_hash(DigestOf(header_.configuration()));
}

Status SessionWriter::Begin() {
  Status begun = BeginSegment();
  if (begun.ok() || begun.error().reason != "DISK_FULL") return begun;
  Fail(begun.error());
  return {};
}

Status SessionWriter::MakeSession() {
  const std::string name = SessionName(clock_.WallNow());
  std::string tried = name;
  for (int i = 2; files_.Exists(options_.folder + "/" + tried); ++i) {
    if (i > kMostNames) {
      return Error{Code::kUnavailable, "NO_SESSION_NAME",
                   Format("'{}' has too many sessions of this second", Printable(options_.folder))};
    }
    tried = Format("{}-{}", name, i);
  }
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(options_.folder + "/" + tried));
  header_.set_session(tried);
  folder_ = options_.folder + "/" + tried;
  status_.session = folder_;
  return {};
}

Status SessionWriter::BeginSegment() {
  if (folder_.empty()) HYPNOS_RETURN_IF_ERROR(MakeSession());
  const WallTime now = clock_.WallNow();
  header_.set_segment(status_.segments);
  header_.set_begun_unix_milliseconds(UnixMilliseconds(now));
  header_.set_events_before(status_.events);
  // Before there is a new one: a disk may be full of the old ones.
  KeepToBudget();
  // Somebody may have removed it meanwhile.
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(folder_));
  const std::string path = folder_ + "/" + SegmentName(status_.segments, now);
  auto segment = SegmentWriter::Create(files_, path, header_, options_.compression_level);
  if (!segment.ok()) {
    // A file without a header is none of ours.
    (void)files_.Remove(path);
    return segment.error();
  }
  segment_ = *std::move(segment);
  segment_begun_ = flushed_ = clock_.Now();
  in_segment_ = {};
  ++status_.segments;
  return {};
}

// What cannot be removed is tried again with the next segment: the recording goes on.
void SessionWriter::KeepToBudget() {
  const auto removed = RemoveOldSegments(
      files_, options_.folder, {.budget_bytes = options_.budget_bytes, .keep = options_.keep},
      clock_.WallNow(), options_.segment_bytes, segment_ == nullptr ? "" : segment_->path());
  if (removed.ok()) {
    status_.segments_removed += *removed;
  } else {
    log::Warning("session log: the disk budget cannot be kept: {}",
                 Printable(removed.error().message));
  }
}

bool SessionWriter::IsReady() {
  if (segment_ == nullptr && clock_.Now() < retry_at_) return false;
  const Status ready = segment_ == nullptr ? BeginSegment() : RotateIfDue();
  if (!ready.ok()) {
    Fail(ready.error());
    return false;
  }
  if (!status_.failing.empty()) {
    log::Info("session log: recording again, in '{}'", Printable(segment_->path()));
  }
  status_.failing.clear();
  return true;
}

Status SessionWriter::RotateIfDue() {
  const bool empty = in_segment_.all() + unflushed_.all() == 0;
  const bool old = clock_.Now() - segment_begun_ >= options_.segment_time;
  if (segment_->bytes() < options_.segment_bytes && (empty || !old)) return {};
  HYPNOS_RETURN_IF_ERROR(CloseSegment());
  return BeginSegment();
}

void SessionWriter::Write(session::Event event) {
  moment_ = event.moment();
  if (event.has_missing()) {
    if (missing_.why().empty()) missing_.set_why(event.missing().why());
    return Lose(event.missing().frames(), event.missing().others());
  }
  const uint64_t frames = event.has_frame() ? 1 : 0;
  const Counts counts = {.frames = frames, .others = 1 - frames};
  if (!IsReady()) return Lose(counts.frames, counts.others);
  unflushed_ += counts;
  const bool beside = event.has_state_replaced();
  const Status written = Put(std::move(event));
  if (!written.ok()) Fail(written.error());
  // A state lies beside it, as large as many frames.
  if (beside) KeepToBudget();
}

Status SessionWriter::Put(session::Event event) {
  HYPNOS_RETURN_IF_ERROR(TellMissing());
  return segment_->Add(std::move(event));
}

Status SessionWriter::TellMissing() {
  if (missing_.frames() + missing_.others() == 0) return {};
  session::Event told;
  told.set_moment(moment_);
  *told.mutable_missing() = unflushed_missing_ = std::exchange(missing_, {});
  ++unflushed_.told;
  return segment_->Add(std::move(told));
}

void SessionWriter::Tick() {
  if (!IsReady() || clock_.Now() - flushed_ < kFlushEvery) return;
  const Status flushed = Flush();
  if (!flushed.ok()) Fail(flushed.error());
}

// A file that was removed takes what is written to it without a word.
Status SessionWriter::CheckIsThere() {
  if (files_.Exists(segment_->path())) return {};
  const Counts lost = std::exchange(in_segment_, {});
  status_.frames -= lost.frames;
  status_.events -= lost.all();
  Lose(lost.frames, lost.others);
  return Error{Code::kNotFound, "SEGMENT_GONE",
               Format("'{}', which was being written, is gone", Printable(segment_->path()))};
}

Status SessionWriter::Flush() {
  HYPNOS_RETURN_IF_ERROR(segment_->Flush());
  flushed_ = clock_.Now();
  const Counts written = std::exchange(unflushed_, {});
  unflushed_missing_.Clear();
  in_segment_ += written;
  status_.frames += written.frames;
  status_.events += written.all();
  status_.bytes = closed_bytes_ + segment_->flushed_bytes();
  return CheckIsThere();
}

Status SessionWriter::CloseSegment() {
  HYPNOS_RETURN_IF_ERROR(Flush());
  closed_bytes_ += segment_->flushed_bytes();
  Status closed = segment_->Close();
  segment_.reset();
  return closed;
}

void SessionWriter::Close() {
  // Once more, whenever it failed: what is missing is to be told.
  retry_at_ = clock_.Now();
  if (!IsReady()) return;
  Status closed = TellMissing();
  if (closed.ok()) closed = CloseSegment();
  if (!closed.ok()) Fail(closed.error());
}

void SessionWriter::Fail(const Error& error) {
  if (status_.failing.empty()) {
    log::Warning("session log: {}; learning goes on, and is not recorded until that works again",
                 Printable(error.message));
  }
  status_.failing = error.message;
  retry_at_ = clock_.Now() + options_.retry;
  missing_.set_why(error.message);
  // What was told and got lost is to be told again.
  missing_.set_frames(missing_.frames() + unflushed_missing_.frames());
  missing_.set_others(missing_.others() + unflushed_missing_.others());
  unflushed_missing_.Clear();
  const Counts lost = std::exchange(unflushed_, {});
  Lose(lost.frames, lost.others);
  if (segment_ == nullptr) return;
  // Half a block would be taken for damage.
  const std::string path = segment_->path();
  const uint64_t whole = segment_->flushed_bytes();
  closed_bytes_ += whole;
  segment_.reset();
  (void)files_.Truncate(path, whole);
}

void SessionWriter::Lose(uint64_t frames, uint64_t others) {
  if (frames + others == 0) return;
  missing_.set_frames(missing_.frames() + frames);
  missing_.set_others(missing_.others() + others);
  status_.frames_lost += frames;
  status_.events_lost += frames + others;
  status_.exact = false;
}

}  // namespace hypnos
