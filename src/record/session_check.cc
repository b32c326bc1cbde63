#include "hypnos/record/session_check.h"

#include <algorithm>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/record/digest.h"
#include "hypnos/record/segment_reader.h"

namespace hypnos {
namespace {

class Checker {
 public:
  Checker(FileSystem& files, SessionFolder folder) : files_(files) {
    check_.folder = std::move(folder);
  }

  void Read(const SegmentFile& file) {
    SegmentCheck& segment = check_.segments.emplace_back();
    segment.file = file;
    const auto reader = SegmentReader::Open(files_, file.path);
    if (!reader.ok()) {
      segment.damage = reader.error().message;
      next_number_ = file.number + 1;
      next_event_.reset();
      return;
    }
    NoticeHeader((*reader)->header(), file);
    while (true) {
      const auto event = (*reader)->Next();
      if (!event.ok()) segment.damage = event.error().message;
      if (!event.ok() || !*event) break;
      ++segment.events;
      if ((*event)->has_frame()) ++segment.frames;
      Notice(**event);
    }
    check_.events += segment.events;
    check_.frames += segment.frames;
    next_number_ = file.number + 1;
    next_event_ = (*reader)->header().events_before() + segment.events;
  }

  SessionCheck Finish() {
    for (const SegmentCheck& segment : check_.segments) {
      if (!segment.damage.empty()) check_.inexact.push_back(segment.damage);
    }
    if (check_.frames_missing + check_.events_missing > 0) {
      check_.inexact.push_back(Format("{} frames and {} other events could not be recorded: {}",
                                      check_.frames_missing, check_.events_missing, why_missing_));
    }
    const std::string& checkpoint = check_.header.checkpoint();
    if (!checkpoint.empty() && !has_beginning_) {
      check_.inexact.push_back(
          Format("it goes on from checkpoint {}, which is not in it", Printable(checkpoint)));
    }
    if (!check_.end) check_.inexact.emplace_back("the recording has no end: what came is unknown");
    return std::move(check_);
  }

 private:
  void NoticeHeader(const session::Header& header, const SegmentFile& file) {
    if (check_.header.session().empty()) {
      check_.header = header;
      if (file.number != 0) check_.inexact.emplace_back("its beginning is no longer there");
    } else if (file.number != next_number_ ||
               (next_event_ && header.events_before() != *next_event_)) {
      check_.inexact.push_back(Format("something is missing before '{}'", Printable(file.path)));
    }
  }

  void Notice(const session::Event& event) {
    if (event.has_missing()) {
      check_.frames_missing += event.missing().frames();
      check_.events_missing += event.missing().others();
      why_missing_ = Printable(event.missing().why());
    }
    if (event.has_state_replaced()) NoticeState(event.state_replaced());
    if (event.has_end()) check_.end = event.end();
  }

  void NoticeState(const session::StateReplaced& replaced) {
    has_beginning_ = has_beginning_ || replaced.begins();
    const char* what =
        replaced.begins() ? "it goes on from a checkpoint" : "another state was put in its place";
    const auto& states = check_.folder.states;
    const auto state = std::ranges::find(states, replaced.file(), &StateFile::name);
    if (state == states.end()) {
      check_.inexact.push_back(
          Format("{}, and what it was then is not there: {}", what,
                 Printable(replaced.file().empty() ? replaced.why() : replaced.file())));
      return;
    }
    const auto digest = DigestOfFile(files_, state->path);
    if (digest.ok() && *digest == replaced.digest()) return;
    check_.inexact.push_back(
        Format("{}, and {}", what,
               digest.ok() ? Format("'{}' is not what was written", Printable(state->path))
                           : digest.error().message));
  }

  FileSystem& files_;
  SessionCheck check_;
  bool has_beginning_ = false;  // in a file
  uint64_t next_number_ = 0;
  std::optional<uint64_t> next_event_;
  std::string why_missing_;
};

}  // namespace

bool SessionCheck::sound() const {
  return std::ranges::all_of(segments, [](const auto& segment) { return segment.damage.empty(); });
}

Result<SessionCheck> CheckSession(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(SessionFolder folder, FindSession(files, path));
  const std::vector<SegmentFile> segments = folder.segments;
  Checker checker(files, std::move(folder));
  for (const SegmentFile& file : segments) checker.Read(file);
  return checker.Finish();
}

}  // namespace hypnos
