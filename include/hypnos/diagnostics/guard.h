// What is done about a network that collapses or drifts away, as a pure state machine over what the
// probe set says (Health) and counts.
//
//   sound --a sign--> alarm --------------> rolled back, attempt k of N, rate * factor^k --> sound
//                       \-- N attempts are used up, or there is nothing to go back to --> stopped
//   stopped --command--> sound              stopped: nothing is learned, looking goes on
//   after recover_steps sound steps attempts count from 0 again; the rate stays low
//   a figure that never was sound is no sign; that it is waited for in vain is told once
//
// It decides and remembers; whoever has the network keeps the good state, goes back to it, and sets
// the rate. Between the alarm and the decision there is at most one frame, or one dream.
// Pure: time is passed in, and only told. Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/diagnostics/health.h"

namespace hypnos {

struct GuardOptions {
  bool enabled = false;
  HealthLimits limits;
  // N: how often it is tried again.
  uint64_t attempts = 3;
  // All learning rates are multiplied with it at each attempt; in (0, 1].
  double rate_factor = 0.5;
  // Learned from without a sign, after which attempts count from 0 again; 0: they never do.
  uint64_t recover_steps = 0;
  // The good state is taken anew after so many steps, at the next scoring that is sound by a
  // margin; and at once where a figure is so for the first time: from then on it is asked for.
  uint64_t keep_every_steps = 1000;
  // Of the good state; 0: none is kept, and all that can be done is to stop.
  uint64_t good_state_bytes = uint64_t{1} << 30;
};

enum class GuardEvent : size_t {
  kRolledBack,         // and learning goes on, at a lower rate
  kGaveUp,             // rolled back once more, and learning has stopped
  kNothingToGoBackTo,  // learning has stopped with what there is
  kCannotKeep,         // the good state is larger than it may be, or than memory has room for
  kRecovered,          // attempts count from 0 again
  kResumed,            // by a command: learning goes on, attempts count from 0 again
  kNeverSound,         // a figure is waited for in vain, see Health; nothing else changes
};
inline constexpr size_t kGuardEvents = 7;

struct GuardDecision {
  GuardEvent event = GuardEvent::kRolledBack;
  WallTime time{};
  // Seen and learned from when it was decided.
  uint64_t frames = 0;
  uint64_t steps = 0;
  // What it was decided for, if for anything.
  std::optional<HealthSign> sign = std::nullopt;
  // As they are afterwards.
  uint64_t attempt = 0;
  uint64_t attempts = 0;
  double rate_factor = 1;
  // Learned from when the state was taken that it went back to.
  std::optional<uint64_t> back_to_steps = std::nullopt;

  void ExchangeState(StateArchive& archive);
};

// A sentence: "rolled back to the state after 4000 learned steps: layer 1: …; attempt 1 of 3, …".
std::string ToString(const GuardDecision& decision);

// For whoever shows it.
struct GuardStatus {
  bool enabled = false;
  // Nothing is learned until a command says so.
  bool stopped = false;
  uint64_t attempt = 0;
  uint64_t attempts = 0;
  double rate_factor = 1;
  // Scorings that were judged, and signs that were acted on, since the network began.
  uint64_t judged = 0;
  uint64_t alarms = 0;
  // Of the last scoring that was judged; none: it was sound, or there was none.
  std::optional<HealthSign> sign;
  // Learned from when the good state was taken; none: there is no good state.
  std::optional<uint64_t> good_steps;
  // The newest ones, the newest last.
  std::deque<GuardDecision> decisions;
};

// At each scoring and each decision.
struct GuardReport {
  GuardStatus status;
  // Made just now.
  std::optional<GuardDecision> news;
};

class Guard {
 public:
  // So many decisions are remembered.
  static constexpr size_t kDecisions = 100;

  explicit Guard(const GuardOptions& options);

  // When something is decided.
  struct Moment {
    WallTime time{};
    uint64_t frames = 0;
    uint64_t steps = 0;
  };

  void CountStep() {
    ++sound_steps_;
    ++steps_since_kept_;
  }

  // What a scoring came to. It is no longer asked once learning has stopped.
  enum class Next {
    kNothing,
    kKeep,    // this is a state to go back to: NoteKept, or NoteCannotKeep
    kDecide,  // an alarm: go back, then Decide
  };
  // `judge_auc`: see Health. `may_keep`: a state of this moment can be gone back to.
  struct Scored {
    const ProbeFigures& figures;
    const WeightHealth& weights;
    bool judge_auc = false;
    bool may_keep = false;
  };
  Next OnScored(const Scored& scored, const Moment& now);

  // What counts is kept with the good state, and taken back with it: a state from before a figure
  // was sound must not be blamed for it.
  void ExchangeHealth(StateArchive& archive);
  void TakeHealth(const Guard& from) { health_ = from.health_; }
  void NoteKept(uint64_t steps);
  void NoteCannotKeep(const Moment& now);

  bool alarmed() const { return alarm_.has_value(); }
  // The weights that were judged are gone: others were taken over, which `saved` knows, and the
  // good state that it kept. What was decided, attempts and rate stay: by going back further
  // nothing is forgotten.
  void TakeOver(const Guard& saved);
  // After an alarm. `rolled_back`: the network is the good state again.
  void Decide(bool rolled_back, const Moment& now);

  // By a command. False: there was nothing to resume from. `full_rate`: rates are those of the
  // options again.
  bool Resume(bool full_rate, const Moment& now);

  bool stopped() const { return status_.stopped; }
  double rate_factor() const { return status_.rate_factor; }
  const GuardStatus& status() const { return status_; }
  // The oldest of those made since it was asked last.
  std::optional<GuardDecision> TakeNews();

  void ExchangeState(StateArchive& archive);

 private:
  void Remember(GuardEvent event, const Moment& now, std::optional<HealthSign> sign = {});
  void MayRecover(const Moment& now);

  GuardOptions options_;
  Health health_;
  GuardStatus status_;
  std::optional<HealthSign> alarm_;  // not decided yet
  uint64_t sound_steps_ = 0;         // since the last alarm
  uint64_t steps_since_kept_ = 0;
  bool cannot_keep_ = false;  // that was told
  std::deque<GuardDecision> news_;
};

}  // namespace hypnos
