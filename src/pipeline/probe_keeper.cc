#include "pipeline/probe_keeper.h"

#include <cstdint>
#include <new>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/tensor/exchange.h"
#include "hypnos/tensor/kernels.h"

namespace hypnos {
namespace {

// Long enough for what differs to reach the top, and to be asked there about more than one frame.
ProbeSetOptions SetOptions(const PipelineOptions& options) {
  return {.context_frames = options.memory.context_frames,
          .frames = options.network.layers.size() + 2,
          .locations = options.probe.locations,
          .symbols = options.network.generator.symbols > 0};
}

// Of one dream: more than there can be.
constexpr size_t kMostDreamed = 100000;

std::vector<HalfBuffer> DreamFrom(const Look& look, size_t frames, Rng rng) {
  std::vector<HalfBuffer> dream;
  Result<Rollout> rollout = Rollout::Create(look, rng);
  HYPNOS_CHECK(rollout.ok());
  for (size_t frame = 0; frame < frames; ++frame) {
    const Planes& dreamed = rollout->Next();
    ToHalf(dreamed.values(), dream.emplace_back(dreamed.values().size()));
  }
  return dream;
}

}  // namespace

ProbeKeeper::ProbeKeeper(const PipelineOptions& options, const Rng& rng)
    : network_options_(options.network),
      steps_per_frame_(options.steps_per_frame),
      sequences_(options.probe.sequences),
      set_options_(SetOptions(options)),
      rng_(rng),
      collecting_(options.probe.sequences > 0) {
  HYPNOS_CHECK(sequences_ != 1);
}

ProbeKeeper::Collection::Collection(const PipelineOptions& options)
    : ledger_(MemoryFor(options).frames, options.probe.interval_frames) {}

SequenceMemoryOptions ProbeKeeper::MemoryFor(const PipelineOptions& options) {
  const ProbeSetOptions set = SetOptions(options);
  return {.capacity = std::max<size_t>(1, options.probe.sequences),
          .frames = set.context_frames + set.frames};
}

ProbeKeeper::Need ProbeKeeper::BeforeFrame(Collection& stream, bool after_cut) const {
  if (!collecting_) return Need::kNothing;
  if (dreams_.size() == sequences_) return Need::kFreeze;
  if (stream.ledger_.BeginsWithNext(after_cut)) {
    stream.position_ = 0;
    stream.dream_.clear();
    return Need::kBegin;
  }
  return stream.position_ == set_options_.context_frames ? Need::kDream : Need::kNothing;
}

void ProbeKeeper::CountFrame(Collection& stream) {
  if (!collecting_) return;
  ++stream.position_;
  if (stream.ledger_.Count()) dreams_.push_back(std::move(stream.dream_));
}

void ProbeKeeper::Dream(Collection& stream, Result<Look> look) try {
  if (!look.ok()) return GiveUp();
  stream.dream_ =
      DreamFrom(*look, set_options_.frames, rng_.Fork(Format("dream {}", dreams_.size())));
} catch (const std::bad_alloc&) {
  GiveUp();
}

void ProbeKeeper::Freeze(const SequenceMemory& memory, const Network& network) try {
  collecting_ = false;
  set_.emplace(memory, dreams_, network.grid(), set_options_, rng_.Fork("set"));
  dreams_ = {};
  MakeProber(network);
} catch (const std::bad_alloc&) {
  GiveUp();
}

void ProbeKeeper::MakeProber(const Network& network) {
  std::vector<FfLayerOptions> layers;
  for (size_t l = 0; l < network.layer_count(); ++l) layers.push_back(network.layer(l).options());
  Result<Prober> prober = Prober::Create(network_options_, layers, steps_per_frame_, *set_);
  HYPNOS_CHECK(prober.ok());
  prober_.emplace(*std::move(prober));
}

void ProbeKeeper::Collection::ExchangeState(StateArchive& archive, const PlaneShape& frame) {
  ledger_.ExchangeState(archive);
  position_ = archive.Count("position", position_, SIZE_MAX);
  const size_t dreamed = archive.Count("dreamed", dream_.size(), kMostDreamed);
  if (archive.loading()) dream_.resize(dreamed);
  Exchange(archive, "dream", dream_, dreamed, frame);
}

void ProbeKeeper::ExchangeState(StateArchive& archive, const Network& network) {
  archive.Number("collecting", collecting_);
  archive.Number("out_of_memory", out_of_memory_);
  const size_t dreams = archive.Count("dreams", dreams_.size(), sequences_);
  if (archive.loading()) dreams_.resize(dreams);
  for (size_t i = 0; i < dreams; ++i) {
    Exchange(archive, Format("dreams.{}", i), dreams_[i], set_options_.frames,
             network.grid().frame());
  }
  bool has_set = ready();
  archive.Number("has_set", has_set);
  if (!has_set) return;
  if (archive.loading()) set_.emplace(network.grid(), set_options_);
  {
    const StateArchive::Scope scope(archive, "set");
    set_->ExchangeState(archive);
  }
  if (archive.loading() && archive.status().ok()) MakeProber(network);
}

void ProbeKeeper::GiveUp() {
  collecting_ = false;
  out_of_memory_ = true;
  prober_.reset();
  set_.reset();
  dreams_ = {};
}

Status ProbeKeeper::MayScore() const {
  if (ready()) return {};
  if (out_of_memory_) {
    return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
                 "there was not enough memory for the probe set and a copy of the weights; choose "
                 "fewer probe.sequences or probe.locations"};
  }
  if (sequences_ == 0) {
    return Error{Code::kFailedPrecondition, "NO_PROBES",
                 "probe.sequences is 0: configure two or more"};
  }
  return Error{Code::kFailedPrecondition, "PROBES_NOT_COLLECTED",
               Format("the probe set is not whole: it has {} of {} sequences, which come from what "
                      "is learned from first",
                      dreams_.size(), sequences_)};
}

std::optional<ProbeFigures> ProbeKeeper::Score(Network& network, Executor& executor) try {
  HYPNOS_CHECK(ready());
  network.PullLayers();
  for (size_t l = 0; l < network.layer_count(); ++l) {
    prober_->SetParameters(l, network.layer(l).parameters());
  }
  return prober_->Score(executor);
} catch (const RemoteLayerError&) {
  // The next step says why.
  return std::nullopt;
} catch (const std::bad_alloc&) {
  GiveUp();
  return std::nullopt;
}

std::optional<ProbeFigures> ProbeKeeper::Score(const std::vector<LayerParameters>& layers,
                                               Executor& executor) try {
  HYPNOS_CHECK(ready());
  for (size_t l = 0; l < layers.size(); ++l) prober_->SetParameters(l, layers[l]);
  return prober_->Score(executor);
} catch (const std::bad_alloc&) {
  GiveUp();
  return std::nullopt;
}

}  // namespace hypnos
