#include "daemon/estimate.h"

#include <algorithm>
#include <variant>

#include "daemon/build_options.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/tensor/few_rows.h"

namespace hypnos {
namespace {

constexpr uint64_t kFloat = 4, kHalf = 2, kDouble = 8;

// None: the first frame tells.
std::optional<PlaneShape> ShapeOf(const EncoderOptions& encoder) {
  if (const auto* text = std::get_if<TextEncoderOptions>(&encoder))
    return TextEncoder(*text).shape();
  if (const auto* series = std::get_if<SeriesEncoderOptions>(&encoder))
    return SeriesEncoder(*series).shape();
  const auto video = VideoEncoder::Create(std::get<VideoEncoderOptions>(encoder));
  if (!video.ok() || video->shape().width == 0 || video->shape().height == 0) return std::nullopt;
  return video->shape();
}

// How often a layer's weights are kept, the velocity and what the rule collects included.
uint64_t CopiesOfWeights(const LearningOptions& learning) {
  const uint64_t squares = learning.optimiser == Optimiser::kRms ? 1 : 0;
  switch (learning.rule) {
    case LearningRule::kLooking:
      return 1;
    case LearningRule::kInterleaved:
    case LearningRule::kCarriedVelocity:
      return 2 + squares;
    case LearningRule::kRehearsed:
      return 4;
    case LearningRule::kDeferredContrast:
      return 5;
  }
  return 5;
}

struct Sizes {
  uint64_t frame = 0;      // values
  uint64_t locations = 0;  // of the grid
  uint64_t inputs = 0;     // at each of them
  uint64_t units = 0;      // of all layers
  uint64_t weights = 0;    // of all layers
};

std::optional<Sizes> SizesOf(const PipelineOptions& options) {
  const auto shape = ShapeOf(options.encoder);
  if (!shape) return std::nullopt;
  const auto grid = PatchGrid::Create(*shape, options.network.patches);
  if (!grid.ok()) return std::nullopt;
  Sizes sizes{.frame = shape->size(), .locations = grid->locations(), .inputs = grid->inputs()};
  const auto& layers = options.network.layers;
  const size_t labels = options.network.labels.shown ? options.network.labels.classes : 0;
  for (size_t l = 0; l < layers.size(); ++l) {
    const uint64_t units = layers[l].layer.units;
    const uint64_t below = l == 0 ? sizes.inputs : layers[l - 1].layer.units;
    const uint64_t above = l + 1 < layers.size() ? layers[l + 1].layer.units : 0;
    const uint64_t fan_in =
        below + (layers[l].top_down ? above : 0) + labels + (layers[l].layer.self ? units : 0);
    sizes.units += units;
    sizes.weights += units * fan_in;
  }
  return sizes;
}

Footprint GeneratorBytes(const GeneratorOptions& generator, const Sizes& sizes) {
  const uint64_t columns = sizes.units + sizes.inputs;
  if (generator.kind == GeneratorKind::kSoftmax) {
    const uint64_t weights = generator.symbols * columns * kFloat;
    return {4 * weights, 3 * weights};
  }
  const uint64_t weights = sizes.inputs * columns * kFloat;
  if (generator.rule == GeneratorRule::kDelta) return {weights, weights};
  const uint64_t square = sizes.inputs * sizes.inputs;
  return {weights + square * (2 * kFloat + 3 * kDouble), weights + square * (2 * kFloat + kDouble)};
}

}  // namespace

std::optional<Footprint> EstimateFootprint(const PipelineOptions& options, size_t sources) {
  const auto sizes = SizesOf(options);
  if (!sizes) return std::nullopt;
  const uint64_t weights = sizes->weights * kFloat;
  const uint64_t copies = CopiesOfWeights(options.network.learning);
  Footprint footprint = GeneratorBytes(options.network.generator, *sizes);
  footprint.checkpoint_bytes += copies * weights;
  // Probes have a copy of their own.
  footprint.memory_bytes += (copies + (options.probe.sequences > 0 ? 1 : 0)) * weights;

  footprint.good_state_bytes = 0;
  if (options.guard.enabled) {
    const uint64_t good = footprint.checkpoint_bytes;
    footprint.good_state_bytes = good;
    // What is more is not kept.
    if (good <= options.guard.good_state_bytes) {
      footprint.memory_bytes += good;
      footprint.checkpoint_bytes += good;
    }
  }

  const bool goes_on =
      options.network.learning.rule == LearningRule::kRehearsed || options.negatives.recall();
  const uint64_t frames =
      options.memory.context_frames + (goes_on ? static_cast<uint64_t>(options.dream_steps) : 0);
  const uint64_t sequence = (frames * sizes->frame + sizes->locations * sizes->units) * kHalf;
  const uint64_t residuals = options.memory.residuals * sizes->frame * kHalf;
  const uint64_t remembered =
      (options.memory.sequences + sources) * sequence + (sources + 1) * residuals;
  footprint.memory_bytes += remembered + sources * residuals;
  footprint.checkpoint_bytes += remembered;

  const uint64_t says = sizes->locations * (2 * sizes->inputs + sizes->units) * kFloat;
  const uint64_t slots = options.frames_in_flight + 1;
  const uint64_t state = sizes->locations * (sizes->inputs + 2 * sizes->units) * kFloat;
  footprint.memory_bytes += kLanes * sources * (slots * says + state);
  footprint.checkpoint_bytes +=
      sources * (says + sizes->locations * (sizes->inputs + sizes->units) * kFloat);

  const uint64_t places = std::min<uint64_t>(sizes->locations, options.probe.locations);
  const uint64_t probe_frames = options.memory.context_frames + options.network.layers.size() + 2 +
                                3 * (options.network.layers.size() + 2);
  const uint64_t probes = options.probe.sequences * probe_frames * places * sizes->inputs * kHalf;
  footprint.memory_bytes += probes;
  footprint.checkpoint_bytes += probes;
  return footprint;
}

std::string FootprintText(const config::Config& config) {
  const auto sources = static_cast<size_t>(config.sources_size());
  // Each of several networks has one source.
  const size_t networks =
      config.share() == config::Config::NOTHING ? std::max<size_t>(1, sources) : 1;
  const auto footprint = EstimateFootprint(BuildPipelineOptions(config), sources / networks);
  if (!footprint) {
    return "memory: not known before the first frame; give encoding.width and height for an "
           "estimate\n";
  }
  const auto mebibytes = [](uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); };
  const std::string each = networks == 1 ? ""
                                         : Format(", {} networks of about {:.0f} MiB", networks,
                                                  mebibytes(footprint->memory_bytes));
  std::string text = Format("memory: about {:.0f} MiB beside what reading the sources takes{}\n",
                            mebibytes(networks * footprint->memory_bytes), each);
  if (config.guard().enabled()) {
    const uint64_t most = config.guard().good_state_mebibytes() << 20;
    text += Format("guard: about {:.0f} MiB of them for the good state{}\n",
                   mebibytes(footprint->good_state_bytes),
                   footprint->good_state_bytes > most
                       ? ", which is more than guard.good_state_mebibytes: it could only stop"
                       : "");
  }
  const config::Checkpoint& checkpoint = config.checkpoint();
  if (checkpoint.folder().empty()) return text;
  // One more while it is being written.
  uint64_t disk = footprint->checkpoint_bytes * (checkpoint.keep() + uint64_t{1});
  if (checkpoint.budget_mebibytes() > 0) {
    disk = std::min(disk, (checkpoint.budget_mebibytes() << 20) + footprint->checkpoint_bytes);
  }
  return text + Format("disk: about {:.0f} MiB a checkpoint{}, at most {:.0f} MiB in '{}'\n",
                       mebibytes(footprint->checkpoint_bytes),
                       networks == 1 ? "" : " of one network", mebibytes(networks * disk),
                       Printable(checkpoint.folder()));
}

}  // namespace hypnos
