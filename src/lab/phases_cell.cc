#include "lab/phases_cell.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/rng.h"
#include "hypnos/tensor/kernels.h"
#include "lab/batch_stream.h"
#include "lab/goodness_tally.h"
#include "lab/layer_stack.h"
#include "lab/negatives.h"
#include "lab/softmax_read_out.h"

namespace hypnos::lab {
namespace {

using Batch = std::vector<size_t>;

Result<LayerStack> MakeStack(const PhasesCell& cell, size_t inputs, const Rng& rng) {
  HYPNOS_CHECK(!cell.units.empty());
  FfLayerOptions layer;
  layer.temperature_per_unit = cell.temperature / static_cast<float>(cell.units.front());
  layer.peer_normalisation = cell.peer_normalisation;
  layer.storage = cell.storage;
  return LayerStack::Create(inputs, cell.units, layer, cell.learning, rng);
}

// The layers' outputs side by side.
std::vector<Segment> SideBySide(const LayerStack::Lane& lane) {
  std::vector<Segment> segments;
  size_t column = 0;
  for (const Matrix& out : lane.out) {
    segments.push_back({out, column});
    column += out.cols();
  }
  return segments;
}

// A batch of images on their way through the layers. Real images and negatives have one each: what
// was learned from stays as it is until the update.
struct Way {
  Way(const LayerStack& stack, size_t pixels)
      : inputs(kImagesPerBatch, pixels), lane(stack.MakeLane(kImagesPerBatch)) {}

  Matrix inputs;
  LayerStack::Lane lane;
};

size_t Sum(const std::vector<size_t>& units) {
  size_t sum = 0;
  for (const size_t width : units) sum += width;
  return sum;
}

class Run {
 public:
  Run(const PhasesCell& cell, const ImageSet& set, LayerStack stack, const Rng& rng)
      : cell_(cell),
        set_(set),
        stack_(std::move(stack)),
        real_(stack_, set.train.size),
        negative_(stack_, set.train.size),
        stream_(set.train.count(), kImagesPerBatch, rng.Fork("order")),
        rng_(rng.Fork("negatives")),
        masks_(set.height, set.width),
        mask_(set.train.size),
        other_(set.train.size),
        read_out_(kImagesPerBatch, Sum(cell.units), kClasses, {}) {}

  // False: stopped early.
  bool Learn(const std::function<bool()>& go_on) {
    for (size_t done = 0; done < cell_.batches; ++done) {
      Wake();
      if (!go_on()) return false;
    }
    return true;
  }

  PhasesScore Judge() {
    return cell_.negatives == NegativeKind::kLabel ? JudgeByGoodness() : JudgeByReadOut();
  }

 private:
  bool looking() const { return cell_.learning.rule == LearningRule::kLooking; }

  void Wake() {
    const auto next = stream_.Next();
    awake_.emplace_back(next.begin(), next.end());
    LearnReal(awake_.back(), true);
    if (cell_.order == Order::kMixed) {
      LearnNegative(awake_.back());
      awake_.clear();
    }
    if (!looking()) stack_.ApplyUpdate();
    if (awake_.size() == cell_.wake) Sleep();
  }

  void Sleep() {
    stack_.FallAsleep();
    for (size_t i = 0; i < cell_.sleep; ++i) {
      // A random choice where sleep is shorter; no batch twice.
      std::swap(awake_[i], awake_[i + rng_.Below(awake_.size() - i)]);
      if (cell_.order == Order::kRehearsed) LearnReal(awake_[i], false);
      LearnNegative(awake_[i]);
      stack_.ApplyUpdate();
    }
    stack_.WakeUp();
    awake_.clear();
  }

  void LearnReal(const Batch& batch, bool first_time) {
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto pixels = real_.inputs.row(i);
      set_.train.CopyTo(batch[i], pixels);
      labels_[i] = set_.train.labels[batch[i]];
      if (cell_.negatives == NegativeKind::kLabel) EmbedLabel(labels_[i], pixels);
      NormaliseLength(pixels, kPixelNoise, pixels);
    }
    stack_.Step(real_.inputs, looking() ? Phase::kLook : Phase::kPositive, real_.lane);
    if (first_time && cell_.negatives == NegativeKind::kMask) {
      read_out_.Learn(SideBySide(real_.lane), labels_);
    }
  }

  void LearnNegative(const Batch& batch) {
    if (looking()) return;
    for (size_t i = 0; i < batch.size(); ++i) {
      const auto pixels = negative_.inputs.row(i);
      set_.train.CopyTo(batch[i], pixels);
      if (cell_.negatives == NegativeKind::kLabel) {
        EmbedLabel(WrongLabel(set_.train.labels[batch[i]], rng_), pixels);
      } else {
        MixWithAnother(batch, i, pixels);
      }
      NormaliseLength(pixels, kPixelNoise, pixels);
    }
    stack_.Step(negative_.inputs, Phase::kNegative, negative_.lane);
  }

  void MixWithAnother(const Batch& batch, size_t index, std::span<float> pixels) {
    const size_t step = 1 + rng_.Below(batch.size() - 1);
    set_.train.CopyTo(batch[(index + step) % batch.size()], other_);
    masks_.Draw(rng_, mask_);
    Mix(mask_, pixels, other_, pixels);
  }

  // Calls judge(first, count) for the test images in batches, the last of which may be smaller.
  template <class F>
  void ForTestBatches(F judge) {
    const size_t images = set_.test.count();
    for (size_t first = 0; first < images; first += kImagesPerBatch) {
      judge(first, std::min(kImagesPerBatch, images - first));
    }
  }

  void LookAtTest(size_t first, size_t count, std::optional<uint8_t> label) {
    for (size_t i = 0; i < count; ++i) {
      const auto pixels = real_.inputs.row(i);
      set_.test.CopyTo(first + i, pixels);
      if (label) EmbedLabel(*label, pixels);
      NormaliseLength(pixels, kPixelNoise, pixels);
    }
    stack_.Step(real_.inputs, Phase::kLook, real_.lane);
  }

  PhasesScore JudgeByGoodness() {
    const size_t layers = stack_.layers().size();
    GoodnessTally tally(kImagesPerBatch, layers);
    ForTestBatches([&](size_t first, size_t count) {
      for (uint8_t label = 0; label < kClasses; ++label) {
        LookAtTest(first, count, label);
        tally.Record(label, real_.lane);
      }
      tally.Count(std::span(set_.test.labels).subspan(first, count));
    });
    PhasesScore score{.accuracy = Share(tally.right_by_sum()), .layer_accuracy = {}};
    for (size_t l = 0; l < layers; ++l) {
      score.layer_accuracy.push_back(Share(tally.right_by_layer(l)));
    }
    return score;
  }

  PhasesScore JudgeByReadOut() {
    size_t right = 0;
    ForTestBatches([&](size_t first, size_t count) {
      LookAtTest(first, count, std::nullopt);
      read_out_.Predict(SideBySide(real_.lane), labels_);
      for (size_t i = 0; i < count; ++i) {
        right += labels_[i] == set_.test.labels[first + i] ? 1 : 0;
      }
    });
    return {.accuracy = Share(right), .layer_accuracy = {}};
  }

  double Share(size_t right) const {
    return static_cast<double>(right) / static_cast<double>(set_.test.count());
  }

  const PhasesCell& cell_;
  const ImageSet& set_;
  LayerStack stack_;
  Way real_, negative_;
  std::array<uint8_t, kImagesPerBatch> labels_{};
  BatchStream stream_;
  std::vector<Batch> awake_;  // of this wake phase
  Rng rng_;
  MaskDrawer masks_;
  std::vector<float> mask_, other_;
  SoftmaxReadOut read_out_;
};

}  // namespace

Result<PhasesScore> RunPhasesCell(const PhasesCell& cell, const ImageSet& set,
                                  const std::function<bool()>& go_on) {
  HYPNOS_CHECK(set.train.count() >= kImagesPerBatch);
  HYPNOS_CHECK(cell.order == Order::kMixed || (cell.wake > 0 && cell.sleep <= cell.wake));
  const Rng rng(cell.seed);
  HYPNOS_ASSIGN_OR_RETURN(LayerStack stack, MakeStack(cell, set.train.size, rng));
  Run run(cell, set, std::move(stack), rng);
  if (!run.Learn(go_on)) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
  return run.Judge();
}

}  // namespace hypnos::lab
