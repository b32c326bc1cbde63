// What the guard says is done: a good state is kept, gone back to, learning stops. The guard itself
// decides by figures and counts alone, so that the same frames lead to the same bits, also through
// a collapse.
#include <new>

#include "pipeline/driver.h"

namespace hypnos {
namespace {

Error NoMemory() {
  return {Code::kResourceExhausted, "OUT_OF_MEMORY",
          "there is not enough memory for the good state beside what there is"};
}

}  // namespace

Guard::Moment Pipeline::Driver::GuardMoment() const {
  return {.time = clock_.WallNow(),
          .frames = static_cast<uint64_t>(summary_.frames),
          .steps = learned_steps_};
}

void Pipeline::Driver::TellGuard() {
  if (!options_.guard.enabled) return;
  auto news = guard_.TakeNews();
  do {
    observer_.OnGuard({.status = guard_.status(), .news = news});
    news = guard_.TakeNews();
  } while (news);
}

// After each scoring that nobody has asked for: who looks must change nothing.
void Pipeline::Driver::JudgeHealth(ProbeReason reason, const ProbeFigures& figures) {
  if (!options_.guard.enabled) return;
  WeightHealth weights = {.overflowed = {}, .generator_finite = network_->GeneratorIsFinite()};
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    weights.overflowed.push_back(network_->stopped(l));
  }
  // What was woken by somebody had not slept enough to be judged by.
  const bool slept =
      reason == ProbeReason::kAfterSleep && schedule_.cause() != PhaseCause::kCommand;
  const bool judge_auc = slept || !has_phases();
  // A state of which all was looked at; the first one, whatever could be.
  const bool whole = judge_auc || !options_.guard.limits.auc || !good_;
  const Guard::Next next = guard_.OnScored({.figures = figures,
                                            .weights = weights,
                                            .judge_auc = judge_auc,
                                            .may_keep = whole && !schedule_.asleep()},
                                           GuardMoment());
  if (next == Guard::Next::kKeep) KeepGoodState();
  TellGuard();
}

void Pipeline::Driver::KeepGoodState() try {
  StateCopy::Saver saver(options_.guard.good_state_bytes);
  ExchangeLearned(saver);
  if (auto copy = saver.Take()) {
    good_ = *std::move(copy);
    return guard_.NoteKept(learned_steps_);
  }
  guard_.NoteCannotKeep(GuardMoment());
} catch (const std::bad_alloc&) {
  guard_.NoteCannotKeep(GuardMoment());
}

void Pipeline::Driver::HeedGuard() {
  if (!guard_.alarmed()) return;
  ++moment_;
  flow_->Drain();
  const bool learned = learns();
  const bool rolled_back = good_ && RollBack().ok();
  guard_.Decide(rolled_back, GuardMoment());
  network_->SetRateFactor(static_cast<float>(guard_.rate_factor()));
  if (learned && !learns()) {
    Awaken();
    for (const auto& stream : streams_) stream->switched = true;
  }
  TellGuard();
}

// What was learned, and where in its phase that was. What is remembered are frames as they came,
// and nothing of a collapse but the states before them; probes, positions in the sources, counts
// and how frames are scaled are not of the weights either.
void Pipeline::Driver::ExchangeLearned(StateArchive& archive) {
  network_->ExchangeState(archive);
  const auto part = [&](std::string_view name, auto& what) {
    const StateArchive::Scope scope(archive, name);
    what.ExchangeState(archive);
  };
  part("negatives", *negatives_);
  part("choice", choice_);
  part("schedule", schedule_);
  archive.Generator("replay_rng", replay_rng_);
  guard_.ExchangeHealth(archive);
}

Status Pipeline::Driver::RollBack() try {
  PipelineObserver nobody;
  Driver good(WithoutRemotes(options_), clock_, nobody);
  HYPNOS_RETURN_IF_ERROR(good.Prepare(network_->grid().frame()));
  StateCopy::Loader loader(*good_);
  good.ExchangeLearned(loader);
  if (!loader.status().ok()) return loader.status();
  guard_.TakeHealth(good.guard_);
  TakeOverLearned(good);
  schedule_.ReturnTo(good.schedule_);
  memories_.sequences.ForgetStates();
  memories_.replay_residuals.Clear();
  recalled_.reset();
  unheeded_.reset();
  learned_since_probe_ = 0;
  TellNewWeights();
  return {};
} catch (const std::bad_alloc&) {
  return NoMemory();
}

Result<bool> Pipeline::Driver::ResumeLearning(bool full_rate) {
  if (!options_.guard.enabled) {
    return Error{Code::kFailedPrecondition, "GUARD_IS_OFF",
                 "guard.enabled is false, so that there is nothing to resume from"};
  }
  if (flow_ && !ended_) flow_->Drain();
  const bool learned = learns();
  if (!guard_.Resume(full_rate, GuardMoment())) return false;
  if (network_) network_->SetRateFactor(static_cast<float>(guard_.rate_factor()));
  if (!learned && learns()) {
    for (const auto& stream : streams_) stream->switched = true;
  }
  TellGuard();
  Tell(GuardResumed{full_rate});
  return true;
}

// One that goes on from a state in which there was no guard begins with a new one; and where there
// is none any more, what it knew is dropped.
void Pipeline::Driver::ExchangeGuard(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "guard");
  const bool is_there =
      archive.loading() ? archive.SavedShape("attempt").has_value() : options_.guard.enabled;
  if (!is_there) return;
  guard_.ExchangeState(archive);
  bool has_good = good_.has_value();
  archive.Number("has_good", has_good);
  if (has_good) {
    if (archive.loading()) good_.emplace();
    const StateArchive::Scope good(archive, "good");
    good_->ExchangeState(archive);
  }
  if (!archive.loading()) return;
  if (!options_.guard.enabled) {
    guard_ = Guard(options_.guard);
    good_.reset();
  }
  if (network_) network_->SetRateFactor(static_cast<float>(guard_.rate_factor()));
}

}  // namespace hypnos
