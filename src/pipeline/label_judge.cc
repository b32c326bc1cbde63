#include "pipeline/label_judge.h"

#include <algorithm>
#include <cmath>

#include "hypnos/tensor/softmax.h"
#include "pipeline/stream.h"

namespace hypnos {

void LabelJudge::JudgeByGoodness(size_t layer, Step& step, Executor& executor) const {
  if (!judges(step) || !options_.shown || layer != network_.label_layer()) return;
  step.label_goodness.resize(options_.classes);
  network_.JudgeLabels(step.real, step.label_goodness, executor);
  const bool finite =
      std::ranges::all_of(step.label_goodness, [](float odds) { return std::isfinite(odds); });
  // A layer whose weights overflowed says nothing of labels either.
  if (!finite) std::ranges::fill(step.label_goodness, 0.0f);
  Softmax(step.label_goodness);
}

void LabelJudge::JudgeByReadOut(Step& step) const {
  if (!judges(step)) return;
  step.label_read_out.resize(options_.classes);
  network_.PredictLabel(step.real.lane, step.real.number, step.label_read_out);
  if (step.learn && step.label) network_.LearnLabel(step.real.lane, step.real.number, *step.label);
}

void LabelJudge::Report(const Step& step, FrameReport& report, LabelScores& scores) const {
  if (step.kept_back) {
    report.label.reset();
    report.label_before.reset();
    report.label_read_out.clear();
    report.label_goodness.clear();
    report.label_learned = false;
  }
  if (!judges(step)) return;
  report.label = step.label;
  std::optional<size_t>& before = step.stream->label_before;
  report.label_before = before;
  report.label_read_out.assign(step.label_read_out.begin(), step.label_read_out.end());
  report.label_goodness.assign(step.label_goodness.begin(), step.label_goodness.end());
  report.label_learned = step.learn && step.label;
  scores.Count(report);
  if (step.label) before = step.label;
}

}  // namespace hypnos
