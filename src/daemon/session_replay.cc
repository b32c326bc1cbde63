#include "daemon/session_replay.h"

#include <algorithm>
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
  const std::string checkpoint = reader->header().checkpoint();
  std::unique_ptr<SessionReplay> replay(new SessionReplay(files, std::move(reader)));
  replay->ahead_ = replay->reader_->Next();
  if (!checkpoint.empty() && !replay->BeginsWithItsCheckpoint()) {
    return NotFromTheStart(
        path, Format("it goes on from checkpoint {}, which is not in it", Printable(checkpoint)));
  }
  return replay;
}

bool SessionReplay::BeginsWithItsCheckpoint() const {
  if (!ahead_->ok() || !**ahead_ || !(**ahead_)->has_state_replaced()) return false;
  const session::StateReplaced& replaced = (**ahead_)->state_replaced();
  return replaced.begins() && !replaced.file().empty();
}

Result<std::optional<session::Event>> SessionReplay::NextEvent() {
  if (!ahead_) return reader_->Next();
  return *std::exchange(ahead_, std::nullopt);
}

Result<TimedInput> SessionReplay::StateOf(const session::Event& event) {
  const session::StateReplaced& replaced = event.state_replaced();
  const auto& states = reader_->folder().states;
  const auto state = std::ranges::find(states, replaced.file(), &StateFile::name);
  if (state == states.end()) {
    return Missing(
        Format("another state was put in the place of what was learned, and what it was "
               "is not there ({})",
               Printable(replaced.file().empty() ? replaced.why() : replaced.file())));
  }
  auto file = CheckpointFile::OpenVerified(files_, state->path);
  if (!file.ok()) return Missing(file.error().message);
  replaced_ = std::make_shared<SavedState>(*std::move(file));
  return TimedInput{event.moment(), StateReplaced{.begins = replaced.begins(),
                                                  .state = std::shared_ptr<StateArchive>(
                                                      replaced_, &replaced_->loader)}};
}

Result<std::optional<TimedInput>> SessionReplay::Next() {
  if (replaced_) {
    const Status loaded = std::exchange(replaced_, nullptr)->loader.Finish();
    if (!loaded.ok()) return Missing(loaded.error().message);
  }
  auto event = NextEvent();
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
    case session::Event::kStateReplaced: {
      HYPNOS_ASSIGN_OR_RETURN(TimedInput state, StateOf(**event));
      return std::optional(std::move(state));
    }
    default:
      break;
  }
  HYPNOS_ASSIGN_OR_RETURN(TimedInput input, InputOf(**event, rules_));
  return std::optional(std::move(input));
}

}  // namespace hypnos
