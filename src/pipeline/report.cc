#include "hypnos/pipeline/report.h"

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// More than anybody has.
constexpr size_t kMostLayers = 10000;

}  // namespace

void NegativeTally::ExchangeState(StateArchive& archive) {
  archive.Number("steps", steps);
  const size_t layers = archive.Count("layers", probability.size(), kMostLayers);
  if (archive.loading()) probability.resize(layers);
  for (size_t l = 0; l < layers; ++l) {
    const StateArchive::Scope scope(archive, Format("layers.{}", l + 1));
    probability[l].ExchangeState(archive);
  }
}

void RunSummary::ExchangeState(StateArchive& archive) {
  archive.Number("frames", frames);
  archive.Number("learned_frames", learned_frames);
  archive.Number("dream_steps", dream_steps);
  archive.Number("sleeps", sleeps);
  for (const NegativeKind kind : kAllNegativeKinds) {
    const StateArchive::Scope scope(archive, ToString(kind));
    negatives[static_cast<size_t>(kind)].ExchangeState(archive);
  }
  for (size_t l = 0; l < held_out.size(); ++l) {
    const StateArchive::Scope scope(archive, Format("held_out.{}", l + 1));
    held_out[l].ExchangeState(archive);
  }
  const StateArchive::Scope scope(archive, "labels");
  labels.ExchangeState(archive);
}

}  // namespace hypnos
