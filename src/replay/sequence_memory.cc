#include "hypnos/replay/sequence_memory.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// More than anybody has.
constexpr size_t kMostLayers = 10000;
constexpr size_t kMostStreams = 10000;

}  // namespace

SequenceMemory::SequenceMemory(const SequenceMemoryOptions& options, Rng rng)
    : options_(options), rng_(rng) {
  HYPNOS_CHECK(options.capacity > 0 && options.frames > 0);
}

NetworkState& SequenceMemory::Begin(size_t stream) {
  while (collected_.size() <= stream) {
    Sequence& sequence = collected_.emplace_back().sequence;
    sequence.frames.resize(options_.frames);
    sequence.labels.resize(options_.frames);
  }
  Collected& collected = collected_[stream];
  collected.collecting = true;
  collected.frames = 0;
  return collected.sequence.before;
}

void SequenceMemory::Observe(const Planes& frame, std::optional<size_t> label, size_t stream,
                             std::optional<size_t> recalled) {
  if (stream >= collected_.size() || !collected_[stream].collecting) return;
  Collected& collected = collected_[stream];
  if (frame.shape() != shape_) {
    HYPNOS_CHECK(collected.frames == 0);
    shape_ = frame.shape();
    sequences_.clear();
  }
  collected.sequence.labels[collected.frames] = label;
  HalfBuffer& place = collected.sequence.frames[collected.frames++];
  place.resize(frame.values().size());
  ToHalf(frame.values(), place);
  if (collected.frames == options_.frames) Keep(collected, recalled);
}

void SequenceMemory::Keep(Collected& collected, std::optional<size_t> recalled) {
  collected.collecting = false;
  if (sequences_.size() < options_.capacity) {
    sequences_.push_back(collected.sequence);
  } else if (const auto forgotten = DrawForgotten(recalled)) {
    // The forgotten one's storage collects the next sequence.
    std::swap(sequences_[*forgotten], collected.sequence);
  }
}

std::optional<size_t> SequenceMemory::DrawForgotten(std::optional<size_t> recalled) {
  if (!recalled) return rng_.Below(sequences_.size());
  if (sequences_.size() == 1) return std::nullopt;
  const size_t drawn = rng_.Below(sequences_.size() - 1);
  return drawn < *recalled ? drawn : drawn + 1;
}

void SequenceMemory::Exchange(StateArchive& archive, Sequence& sequence, size_t frames) const {
  NetworkState& before = sequence.before;
  archive.Number("at_rest", before.at_rest);
  if (!before.at_rest) {
    const size_t layers = archive.Count("layers", before.layers.size(), kMostLayers);
    if (archive.loading()) before.layers.resize(layers);
    for (size_t l = 0; l < layers; ++l) {
      hypnos::Exchange(archive, Format("layers.{}", l + 1), before.layers[l]);
    }
  }
  hypnos::Exchange(archive, "frames", sequence.frames, frames, shape_);
  if (archive.loading()) sequence.labels.resize(options_.frames);
  for (size_t f = 0; f < frames; ++f) {
    archive.Number(Format("labels.{}", f), sequence.labels[f]);
  }
}

void SequenceMemory::ForgetStates() {
  for (Sequence& sequence : sequences_) sequence.before.at_rest = true;
  for (Collected& collected : collected_) collected.sequence.before.at_rest = true;
}

void SequenceMemory::ExchangeState(StateArchive& archive) {
  archive.Generator("rng", rng_);
  hypnos::Exchange(archive, "shape", shape_);
  const size_t sequences = archive.Count("sequences", sequences_.size(), options_.capacity);
  const size_t streams = archive.Count("streams", collected_.size(), kMostStreams);
  if (archive.loading()) {
    sequences_.resize(sequences);
    collected_.resize(streams);
  }
  for (size_t s = 0; s < sequences; ++s) {
    const StateArchive::Scope scope(archive, Format("sequences.{}", s));
    Exchange(archive, sequences_[s], options_.frames);
  }
  for (size_t s = 0; s < streams; ++s) {
    const StateArchive::Scope scope(archive, Format("streams.{}", s));
    Collected& collected = collected_[s];
    archive.Number("collecting", collected.collecting);
    if (archive.loading()) {
      collected.sequence.frames.resize(options_.frames);
      collected.sequence.labels.resize(options_.frames);
    }
    if (!collected.collecting) continue;
    collected.frames = archive.Count("collected", collected.frames, options_.frames - 1);
    Exchange(archive, collected.sequence, collected.frames);
  }
}

const SequenceMemory::Sequence& SequenceMemory::At(size_t sequence) const {
  HYPNOS_CHECK(sequence < sequences_.size());
  return sequences_[sequence];
}

void SequenceMemory::Read(size_t sequence, size_t frame, Planes& out) const {
  HYPNOS_CHECK(frame < options_.frames);
  out.Resize(shape_);
  FromHalf(At(sequence).frames[frame], out.values());
}

std::optional<size_t> SequenceMemory::Label(size_t sequence, size_t frame) const {
  HYPNOS_CHECK(frame < options_.frames);
  return At(sequence).labels[frame];
}

}  // namespace hypnos
