#include "daemon/session_replay.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr const char* kWayOut = "as a source (`session:` in a configuration) it can still be seen";

Error NotFromTheStart(const std::string& path, const std::string& why) {
  return {
      Code::kFailedPrecondition, "NOT_FROM_THE_START",
      Format("'{}' cannot be replayed to the same weights: {}; {}", Printable(path), why, kWayOut)};
}

Error Missing(const std::string& what) {
  return {Code::kDataLoss, "MISSING",
          Format("up to here the replay was exact; {}: what comes behind that would lead to other "
                 "weights; {}",
                 what, kWayOut)};
}

}  // namespace

Result<std::unique_ptr<SessionReplay>> SessionReplay::Open(FileSystem& files,
                                                           const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(auto reader, SessionReader::Open(files, path));
  if (!reader->begins_at_start()) {
    return NotFromTheStart(path, "its beginning is no longer there");
  }
  if (const std::string& checkpoint = reader->header().checkpoint(); !checkpoint.empty()) {
    return NotFromTheStart(path, Format("it goes on from checkpoint {}", Printable(checkpoint)));
  }
  return std::unique_ptr<SessionReplay>(new SessionReplay(std::move(reader)));
}

Result<std::optional<TimedInput>> SessionReplay::Next() {
  auto event = reader_->Next();
  if (!event.ok()) return Missing(event.error().message);
  if (!*event) return std::optional<TimedInput>();
  switch ((*event)->kind_case()) {
    case session::Event::kEnd:
      weights_ = (*event)->end().weights();
      return std::optional<TimedInput>();
    case session::Event::kMissing:
      return Missing(Format("{} frames and {} other events could not be recorded ({})",
                            (*event)->missing().frames(), (*event)->missing().others(),
                            Printable((*event)->missing().why())));
    case session::Event::kCheckpointRestored:
      return Missing(
          Format("checkpoint {} was restored", Printable((*event)->checkpoint_restored())));
    default:
      break;
  }
  HYPNOS_ASSIGN_OR_RETURN(TimedInput input, InputOf(**event, rules_));
  return std::optional(std::move(input));
}

}  // namespace hypnos
