#include "lab/boring_video_cell.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/rng.h"
#include "hypnos/tensor/kernels.h"
#include "lab/batch_stream.h"
#include "lab/negatives.h"
#include "lab/settling_stack.h"
#include "lab/settling_tally.h"
#include "lab/shift.h"
#include "lab/softmax_read_out.h"

namespace hypnos::lab {
namespace {

// After each pass: enough to see whether it learns, few enough to cost little.
constexpr size_t kImagesWatched = 1000;

Result<SettlingStack> MakeStack(const BoringVideoCell& cell, size_t inputs, const Rng& rng) {
  FfLayerOptions layer;
  layer.temperature_per_unit = cell.temperature_per_unit;
  layer.peer_normalisation = cell.peer_normalisation;
  return SettlingStack::Create(inputs, kClasses, cell.units, layer, cell.learning, rng);
}

// The layers' outputs side by side.
std::vector<Segment> SideBySide(const std::vector<Matrix>& outs) {
  std::vector<Segment> segments;
  size_t column = 0;
  for (const Matrix& out : outs) {
    segments.push_back({out, column});
    column += out.cols();
  }
  return segments;
}

// One-hot and length-normalised.
void WriteLabel(uint8_t label, std::span<float> out) {
  std::ranges::fill(out, 0.0f);
  out[label] = std::sqrt(static_cast<float>(out.size()));
}

class Run {
 public:
  Run(const BoringVideoCell& cell, const ImageSet& set, SettlingStack stack, const Rng& rng)
      : cell_(cell),
        set_(set),
        stack_(std::move(stack)),
        real_(stack_.MakeLane(kImagesPerBatch)),
        negative_(stack_.MakeLane(kImagesPerBatch)),
        image_(set.train.size),
        inputs_(kImagesPerBatch, set.train.size),
        real_labels_(kImagesPerBatch, kClasses),
        negative_labels_(kImagesPerBatch, kClasses),
        likely_(kImagesPerBatch, kClasses),
        stream_(set.train.count(), kImagesPerBatch, rng.Fork("order")),
        shift_rng_(rng.Fork("shift")),
        negatives_rng_(rng.Fork("negatives")),
        read_out_(kImagesPerBatch, std::reduce(cell.units.begin(), cell.units.end()), kClasses,
                  {}) {}

  // False: stopped early.
  bool Learn(const BoringVideoWatch& watch) {
    const size_t per_pass = set_.train.count() / kImagesPerBatch;
    for (size_t done = 1; done <= cell_.batches; ++done) {
      LearnBatch(stream_.Next());
      if (!watch.learned()) return false;
      if (done % per_pass == 0) {
        const size_t count = std::min(kImagesWatched, set_.test.count());
        watch.judged(done / per_pass, Judge(count, kAnswerStep).error);
      }
    }
    return true;
  }

  // By the first `count` test images. Precondition: steps >= kAnswerStep.
  BoringVideoScore Judge(size_t count, size_t steps) {
    SettlingTally tally(kImagesPerBatch, cell_.units.size(), steps);
    size_t right_by_read_out = 0;
    for (size_t first = 0; first < count; first += kImagesPerBatch) {
      const auto truth =
          std::span(set_.test.labels).subspan(first, std::min(kImagesPerBatch, count - first));
      LookAtTest(first, truth.size());
      right_by_read_out += CountNamed(truth);
      for (uint8_t label = 0; label < kClasses; ++label) Settle(label, steps, tally);
      tally.Count(truth);
    }
    const auto error = [&](size_t right) {
      return 1 - static_cast<double>(right) / static_cast<double>(count);
    };
    BoringVideoScore score{.error = error(tally.right_by_sum(kAnswerStep)),
                           .read_out_error = error(right_by_read_out),
                           .layer_errors = {},
                           .error_by_steps = {}};
    for (size_t l = 0; l < cell_.units.size(); ++l) {
      score.layer_errors.push_back(error(tally.right_by_layer(kAnswerStep, l)));
    }
    for (size_t step = 1; step <= steps; ++step) {
      score.error_by_steps.push_back(error(tally.right_by_sum(step)));
    }
    return score;
  }

 private:
  void LearnBatch(std::span<const size_t> batch) {
    for (size_t i = 0; i < batch.size(); ++i) {
      LookAtTraining(batch[i], inputs_.row(i));
      labels_[i] = set_.train.labels[batch[i]];
      WriteLabel(labels_[i], real_labels_.row(i));
    }
    stack_.Begin(inputs_, real_);
    negative_.CopyFrom(real_);
    const auto features = SideBySide(real_.out);
    read_out_.Probabilities(features, likely_);
    read_out_.Learn(features, labels_);
    for (size_t i = 0; i < batch.size(); ++i) {
      WriteLabel(DrawNegative(labels_[i], likely_.row(i)), negative_labels_.row(i));
    }
    for (size_t step = 0; step < cell_.steps; ++step) {
      stack_.Step(inputs_, real_labels_, Phase::kPositive, real_);
      stack_.Step(inputs_, negative_labels_, Phase::kNegative, negative_);
      stack_.ApplyUpdate();
    }
  }

  void LookAtTraining(size_t index, std::span<float> out) {
    if (cell_.shift == 0) {
      set_.train.CopyTo(index, out);
    } else {
      set_.train.CopyTo(index, image_);
      const int64_t down = DrawShift(), right = DrawShift();
      Shift(image_, set_.height, set_.width, down, right, out);
    }
    NormaliseLength(out, kPixelNoise, out);
  }

  int64_t DrawShift() {
    const auto largest = static_cast<int64_t>(cell_.shift);
    return static_cast<int64_t>(shift_rng_.Below(2 * cell_.shift + 1)) - largest;
  }

  uint8_t DrawNegative(uint8_t truth, std::span<const float> likely) {
    if (negatives_rng_.Uniform() >= cell_.own_share) return WrongLabel(truth, negatives_rng_);
    return LikelyWrongLabel(truth, likely, negatives_rng_);
  }

  void LookAtTest(size_t first, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const auto pixels = inputs_.row(i);
      set_.test.CopyTo(first + i, pixels);
      NormaliseLength(pixels, kPixelNoise, pixels);
    }
    stack_.Begin(inputs_, real_);
  }

  // How many the read-out names rightly.
  size_t CountNamed(std::span<const uint8_t> truth) {
    read_out_.Predict(SideBySide(real_.out), labels_);
    size_t right = 0;
    for (size_t i = 0; i < truth.size(); ++i) right += labels_[i] == truth[i] ? 1 : 0;
    return right;
  }

  // From the first pass upwards in `real_`.
  void Settle(uint8_t label, size_t steps, SettlingTally& tally) {
    negative_.CopyFrom(real_);
    for (size_t i = 0; i < kImagesPerBatch; ++i) WriteLabel(label, negative_labels_.row(i));
    for (size_t step = 1; step <= steps; ++step) {
      stack_.Step(inputs_, negative_labels_, Phase::kLook, negative_);
      for (size_t l = 0; l < negative_.states.size(); ++l) {
        tally.Record(label, step, l, negative_.states[l].goodness);
      }
    }
  }

  const BoringVideoCell& cell_;
  const ImageSet& set_;
  SettlingStack stack_;
  SettlingStack::Lane real_, negative_;
  std::vector<float> image_;
  Matrix inputs_;                         // of both lanes
  Matrix real_labels_, negative_labels_;  // [batch x classes]
  Matrix likely_;                         // [batch x classes]
  std::array<uint8_t, kImagesPerBatch> labels_{};
  BatchStream stream_;
  Rng shift_rng_, negatives_rng_;
  SoftmaxReadOut read_out_;
};

}  // namespace

Result<BoringVideoScore> RunBoringVideoCell(const BoringVideoCell& cell, const ImageSet& set,
                                            const BoringVideoWatch& watch) {
  HYPNOS_CHECK(set.train.count() >= kImagesPerBatch);
  const Rng rng(cell.seed);
  HYPNOS_ASSIGN_OR_RETURN(SettlingStack stack, MakeStack(cell, set.train.size, rng));
  Run run(cell, set, std::move(stack), rng);
  if (!run.Learn(watch)) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
  return run.Judge(set.test.count(), kJudgedSteps);
}

}  // namespace hypnos::lab
