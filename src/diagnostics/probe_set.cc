#include "hypnos/diagnostics/probe_set.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/replay/negatives.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// As the configuration has it.
constexpr size_t kMostSequences = 1000;

// At each place, the sum over all frames of how far the patch is from that of the frame before.
std::vector<double> ChangeByPlace(const SequenceMemory& memory, const PatchGrid& grid) {
  std::vector<double> change(grid.locations());
  Matrix now(grid.locations(), grid.inputs()), before = now;
  Planes frame;
  std::vector<float> difference(grid.inputs());
  for (size_t sequence = 0; sequence < memory.size(); ++sequence) {
    for (size_t f = 0; f < memory.frames(); ++f) {
      std::swap(now, before);
      memory.Read(sequence, f, frame);
      grid.Gather(frame, now);
      for (size_t place = 0; f > 0 && place < change.size(); ++place) {
        Combine(now.row(place), -1.0f, before.row(place), difference);
        change[place] += static_cast<double>(SumOfSquares(difference));
      }
    }
  }
  return change;
}

// In order, so that neighbours stay so; of equals the first ones.
std::vector<size_t> PlacesThatChangeMost(const SequenceMemory& memory, const PatchGrid& grid,
                                         size_t wanted) {
  const std::vector<double> change = ChangeByPlace(memory, grid);
  std::vector<size_t> places(change.size());
  std::iota(places.begin(), places.end(), size_t{0});
  std::ranges::stable_sort(places, std::greater(), [&](size_t place) { return change[place]; });
  places.resize(std::min(places.size(), wanted));
  std::ranges::sort(places);
  return places;
}

void Read(const HalfBuffer& kept, MatrixView x) {
  HYPNOS_CHECK(kept.size() == x.rows * x.cols && x.stride == x.cols);
  FromHalf(kept, {x.data, kept.size()});
}

}  // namespace

const char* ToString(ProbeNegative negative) {
  switch (negative) {
    case ProbeNegative::kSplice:
      return "splice";
    case ProbeNegative::kHybrid:
      return "hybrid";
    case ProbeNegative::kEarlyDream:
      return "early dream";
  }
  HYPNOS_CHECK(false);
  return "";
}

ProbeSet::ProbeSet(const SequenceMemory& memory,
                   std::span<const std::vector<HalfBuffer>> early_dreams, const PatchGrid& grid,
                   const ProbeSetOptions& options, const Rng& rng)
    : options_(options),
      inputs_(grid.inputs()),
      places_(PlacesThatChangeMost(memory, grid, options.locations)),
      patches_(grid.locations(), grid.inputs()) {
  const size_t sequences = memory.size(), length = options.context_frames + options.frames;
  HYPNOS_CHECK(sequences >= 2 && memory.frames() == length && early_dreams.size() == sequences);
  Negatives negatives(
      grid,
      {.frames = static_cast<int64_t>(options.frames), .context_frames = options.context_frames},
      rng.Fork("negatives"));
  // Read by the kinds that are not recalled only.
  const ResidualMemory no_residuals(1);
  Planes frame(memory.shape());
  for (size_t sequence = 0; sequence < sequences; ++sequence) {
    Frames& real = real_.emplace_back();
    for (size_t f = 0; f < length; ++f) {
      memory.Read(sequence, f, frame);
      real.push_back(Kept(frame, grid));
    }
    const auto recall = [&](ProbeNegative to, NegativeKind from) {
      Frames& frames = negatives_[static_cast<size_t>(to)].emplace_back();
      for (size_t f = 0; f < options.frames; ++f) {
        negatives[from].Next({memory, sequence, {}, no_residuals}, static_cast<int64_t>(f), frame);
        frames.push_back(Kept(frame, grid));
      }
    };
    recall(ProbeNegative::kSplice, NegativeKind::kSplice);
    if (!options.symbols) recall(ProbeNegative::kHybrid, NegativeKind::kHybrid);
    HYPNOS_CHECK(early_dreams[sequence].size() == options.frames);
    Frames& dream = negatives_[static_cast<size_t>(ProbeNegative::kEarlyDream)].emplace_back();
    for (const HalfBuffer& dreamed : early_dreams[sequence]) {
      FromHalf(dreamed, frame.values());
      dream.push_back(Kept(frame, grid));
    }
  }
  patches_ = {};
}

void ProbeSet::ExchangeState(StateArchive& archive) {
  const size_t places = archive.Count("places", places_.size(), options_.locations);
  const size_t sequences = archive.Count("sequences", real_.size(), kMostSequences);
  if (archive.loading()) {
    places_.resize(places);
    real_.resize(sequences);
  }
  archive.Values("at", std::span(places_), {places});
  const PlaneShape kept = {
      .channels = 1, .height = static_cast<int>(places), .width = static_cast<int>(inputs_)};
  for (size_t s = 0; s < sequences; ++s) {
    Exchange(archive, Format("real.{}", s), real_[s], options_.context_frames + options_.frames,
             kept);
  }
  for (const ProbeNegative kind : kAllProbeNegatives) {
    const StateArchive::Scope scope(archive, Format("negatives.{}", static_cast<size_t>(kind)));
    std::vector<Frames>& negatives = negatives_[static_cast<size_t>(kind)];
    const size_t count = archive.Count("sequences", negatives.size(), sequences);
    if (archive.loading()) negatives.resize(count);
    for (size_t s = 0; s < count; ++s) {
      Exchange(archive, Format("{}", s), negatives[s], options_.frames, kept);
    }
  }
}

HalfBuffer ProbeSet::Kept(const Planes& frame, const PatchGrid& grid) {
  grid.Gather(frame, patches_);
  HalfBuffer kept(places_.size() * inputs_);
  for (size_t i = 0; i < places_.size(); ++i) {
    ToHalf(patches_.row(places_[i]), std::span(kept).subspan(i * inputs_, inputs_));
  }
  return kept;
}

std::vector<ProbeNegative> ProbeSet::kinds() const {
  std::vector<ProbeNegative> kinds;
  std::ranges::copy_if(kAllProbeNegatives, std::back_inserter(kinds), [&](ProbeNegative kind) {
    return !negatives_[static_cast<size_t>(kind)].empty();
  });
  return kinds;
}

void ProbeSet::ReadReal(size_t sequence, size_t frame, MatrixView x) const {
  Read(real_.at(sequence).at(frame), x);
}

void ProbeSet::ReadNegative(ProbeNegative kind, size_t sequence, size_t frame, MatrixView x) const {
  Read(negatives_[static_cast<size_t>(kind)].at(sequence).at(frame), x);
}

}  // namespace hypnos
