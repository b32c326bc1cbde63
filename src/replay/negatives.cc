#include "hypnos/replay/negatives.h"

#include "hypnos/base/check.h"
#include "replay/dream_negative.h"
#include "replay/hybrid_negative.h"
#include "replay/one_step_negative.h"
#include "replay/splice_negative.h"

namespace hypnos {
namespace {

std::unique_ptr<Negative> Make(NegativeKind kind, const PatchGrid& grid,
                               const NegativeOptions& options, const Rng& rng) {
  switch (kind) {
    case NegativeKind::kDream:
      return std::make_unique<DreamNegative>(grid, rng, options.symbols);
    case NegativeKind::kOneStep:
      return std::make_unique<OneStepNegative>(grid, options.hold_frames, options.frames,
                                               rng.Fork("one step"), options.symbols);
    case NegativeKind::kHybrid:
      return std::make_unique<HybridNegative>(grid, options.context_frames, rng.Fork("hybrid"));
    case NegativeKind::kSplice:
      return std::make_unique<SpliceNegative>(options.context_frames, rng.Fork("splice"));
    case NegativeKind::kRandomLabel:
    case NegativeKind::kPredictedLabel:
    case NegativeKind::kHurried:
      return nullptr;
  }
  HYPNOS_CHECK(false);
  return nullptr;
}

}  // namespace

const char* ToString(NegativeKind kind) {
  switch (kind) {
    case NegativeKind::kDream:
      return "dream";
    case NegativeKind::kOneStep:
      return "one_step";
    case NegativeKind::kHybrid:
      return "hybrid";
    case NegativeKind::kSplice:
      return "splice";
    case NegativeKind::kRandomLabel:
      return "random_label";
    case NegativeKind::kPredictedLabel:
      return "predicted_label";
    case NegativeKind::kHurried:
      return "hurried";
  }
  HYPNOS_CHECK(false);
  return "";
}

Negatives::Negatives(const PatchGrid& grid, const NegativeOptions& options, const Rng& rng)
    : wrong_labels_(options.classes, rng.Fork("wrong labels")) {
  for (const NegativeKind kind : kAllNegativeKinds) {
    kinds_[static_cast<size_t>(kind)] = Make(kind, grid, options, rng);
  }
}

void Negatives::ExchangeState(StateArchive& archive) {
  for (const NegativeKind kind : kAllNegativeKinds) {
    if (!HasFramesOfItsOwn(kind)) continue;
    const StateArchive::Scope scope(archive, ToString(kind));
    (*this)[kind].ExchangeState(archive);
  }
  const StateArchive::Scope scope(archive, "wrong_labels");
  wrong_labels_.ExchangeState(archive);
}

}  // namespace hypnos
