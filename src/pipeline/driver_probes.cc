#include <utility>

#include "pipeline/driver.h"

namespace hypnos {

// Before a frame that is learned from.
void Pipeline::Driver::CollectForProbes(Stream& stream) {
  const ProbeKeeper::Need need = probes_.BeforeFrame(stream.probing, stream.cut);
  if (need == ProbeKeeper::Need::kNothing) return;
  flow_->Drain();
  const Instant begin = clock_.Now();
  Collect(stream, need);
  collecting_took_ += clock_.Now() - begin;
  if (probes_.ready()) ScoreProbes(ProbeReason::kCollected);
}

void Pipeline::Driver::Collect(Stream& stream, ProbeKeeper::Need need) {
  switch (need) {
    case ProbeKeeper::Need::kNothing:
      return;
    case ProbeKeeper::Need::kBegin:
      memories_.probes.Begin(stream.place).at_rest = true;
      return;
    case ProbeKeeper::Need::kDream:
      probes_.Dream(stream.probing,
                    LookAt(stream, {.weights = true, .picture = true, .residuals = true}));
      return;
    case ProbeKeeper::Need::kFreeze:
      probes_.Freeze(memories_.probes, *network_);
      memories_.probes = SequenceMemory({.capacity = 1, .frames = 1}, Rng(0));
  }
}

void Pipeline::Driver::ProbeIfDue() {
  const uint64_t every = options_.probe.every_steps;
  if (every > 0 && learned_since_probe_ >= every && probes_.ready()) {
    ScoreProbes(ProbeReason::kEverySteps);
  }
}

void Pipeline::Driver::ProbeAfterSleep() {
  if (!options_.probe.after_sleep || !probes_.ready()) return;
  const int64_t scored = summary_.probes.scored;
  ScoreProbes(ProbeReason::kAfterSleep);
  if (summary_.probes.scored > scored) sleep_.after = summary_.probes.last;
}

void Pipeline::Driver::ProbeAtEnd() {
  if (learned_since_probe_ > 0 && probes_.ready()) ScoreProbes(ProbeReason::kEnd);
}

void Pipeline::Driver::ScoreProbes(ProbeReason reason) {
  if (!ended_) flow_->Drain();
  const Instant begin = clock_.Now();
  ProbeReport report;
  report.reason = reason;
  report.learned_steps = learned_steps_;
  std::optional<ProbeFigures> figures = probes_.Score(*network_, between_phases_);
  if (!figures) return;
  report.figures = *std::move(figures);
  for (size_t l = 0; l < network_->layer_count(); ++l) {
    report.contrast.push_back(network_->contrast(l));
  }
  report.took = clock_.Now() - begin + std::exchange(collecting_took_, {});
  if (reason != ProbeReason::kAsked) learned_since_probe_ = 0;
  ProbeTally& tally = summary_.probes;
  ++tally.scored;
  tally.took += report.took;
  if (!tally.first) tally.first = report;
  tally.last = std::move(report);
  // Who asks changes nothing: neither what is decided, nor when it is asked next.
  if (reason != ProbeReason::kAsked) unheeded_ = tally.last->figures;
  observer_.OnProbe(*tally.last);
  if (reason != ProbeReason::kAsked) JudgeHealth(reason, tally.last->figures);
}

Result<ProbeReport> Pipeline::Driver::Probe() {
  if (!network_) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no frame has come yet, so there is no network"};
  }
  HYPNOS_RETURN_IF_ERROR(probes_.MayScore());
  const int64_t scored = summary_.probes.scored;
  ScoreProbes(ProbeReason::kAsked);
  HYPNOS_RETURN_IF_ERROR(probes_.MayScore());
  if (summary_.probes.scored == scored) {
    return Error{Code::kUnavailable, "LAYER_LOST",
                 "the weights of a layer that another daemon computes cannot be had"};
  }
  return *summary_.probes.last;
}

}  // namespace hypnos
