#include "lab/next_symbol_cell.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/tensor/kernels.h"
#include "hypnos/tensor/one_hot.h"
#include "lab/candidates.h"
#include "lab/layer_stack.h"
#include "lab/softmax_read_out.h"
#include "lab/symbol_window.h"

namespace hypnos::lab {
namespace {

// Contexts of a step that all layers judge while learning: enough to learn s by.
constexpr size_t kDeepContexts = 8;

size_t Sum(const std::vector<size_t>& units) {
  size_t sum = 0;
  for (const size_t width : units) sum += width;
  return sum;
}

// log p up to a constant becomes log p.
void Normalise(std::span<float> log_p) {
  const float largest = *std::ranges::max_element(log_p);
  float sum = 0;
  for (const float value : log_p) sum += std::exp(value - largest);
  const float all = largest + std::log(sum);
  for (float& value : log_p) value -= all;
}

uint8_t Draw(std::span<const float> log_p, Rng& rng) {
  float left = rng.Uniform();
  for (size_t c = 0; c + 1 < log_p.size(); ++c) {
    left -= std::exp(log_p[c]);
    if (left < 0) return static_cast<uint8_t>(c);
  }
  return static_cast<uint8_t>(log_p.size() - 1);
}

double BitsOf(float log_p) { return -static_cast<double>(log_p) / std::numbers::ln2; }

// What the layers say of one symbol at each of several places of a text.
struct Places {
  Places(const LayerStack& stack, size_t count, size_t values)
      : inputs(count, values), lane(stack.MakeLane(count)) {}

  // The layers' outputs and what they read, side by side.
  std::vector<Segment> features() const {
    std::vector<Segment> segments;
    size_t column = 0;
    for (const Matrix& out : lane.out) {
      segments.push_back({out, column});
      column += out.cols();
    }
    segments.push_back({inputs, column});
    return segments;
  }

  Matrix inputs;
  LayerStack::Lane lane;
};

// The weights of the read-out and of each layer, and how they are learned: by the gradient of log p
// of what came.
class Correction {
 public:
  // The read-out counts in full at first, and each layer as much as it says itself.
  explicit Correction(size_t layers) : weights_(layers + 1, 1.0f) {}

  // `row`: that of the candidates.
  void Apply(const Candidates& candidates, size_t row, std::span<const float> log_q,
             std::span<float> log_p) const {
    Scaled(weights_[0], log_q, log_p);
    for (size_t l = 0; l + 1 < weights_.size(); ++l) {
      AddScaled(weights_[l + 1], candidates.of_layer(l).row(row), log_p);
    }
    Normalise(log_p);
  }

  void Learn(const Candidates& candidates, size_t row, std::span<const float> log_q,
             std::span<const float> log_p, uint8_t came, float rate) {
    const auto learn = [&](float& weight, std::span<const float> judged) {
      float expected = 0;
      for (size_t c = 0; c < log_p.size(); ++c) expected += std::exp(log_p[c]) * judged[c];
      weight += rate * (judged[came] - expected);
    };
    learn(weights_[0], log_q);
    for (size_t l = 0; l + 1 < weights_.size(); ++l) {
      learn(weights_[l + 1], candidates.of_layer(l).row(row));
    }
  }

 private:
  std::vector<float> weights_;
};

class Run {
 public:
  Run(const NextSymbolCell& cell, const SymbolText& text, LayerStack stack, const Rng& rng)
      : cell_(cell),
        text_(text),
        steps_(StepsOf(cell, text)),
        stack_(std::move(stack)),
        real_(stack_, cell.readers, inputs()),
        fake_(stack_, cell.readers * cell.negatives_per_symbol, inputs()),
        contexts_(cell.readers, inputs()),
        candidates_(stack_, cell.readers, std::min(kDeepContexts, cell.readers), text.alphabet),
        read_out_(cell.readers, Sum(cell.units) + inputs(), text.alphabet, ReadOutOptions()),
        log_q_(cell.readers, text.alphabet),
        log_p_(cell.readers, text.alphabet),
        came_(cell.readers),
        first_(1),
        all_(cell.units.size()),
        rng_(rng) {}

  // False: stopped early.
  bool Learn(const std::function<bool()>& go_on) {
    ReadSymbols(0, looking() ? Phase::kLook : Phase::kPositive);
    for (size_t step = 1; step <= steps_; ++step) {
      LearnStep(step);
      if (!go_on()) return false;
    }
    return true;
  }

  NextSymbolScore Judge();

 private:
  size_t inputs() const { return cell_.window * text_.alphabet; }
  float one() const { return OneHotValue(text_.alphabet); }
  bool looking() const { return cell_.negatives == SymbolNegatives::kFrozen; }

  SoftmaxReadOut::Options ReadOutOptions() const {
    return {.rate = cell_.read_out_rate, .velocity = 0.9f, .optimiser = Optimiser::kRms};
  }

  // Of a reader that has read so many symbols of its part.
  size_t PlaceOf(size_t reader, size_t step) const { return reader * steps_ + step; }

  SymbolWindow WindowOf(size_t reader, size_t step) const {
    return {cell_.window, text_.symbols, PlaceOf(reader, step) + 1};
  }

  // What is left of a rate.
  float Left(size_t step) const {
    const float share = static_cast<float>(steps_ - step) / static_cast<float>(steps_);
    return cell_.fall > 0 ? std::min(1.0f, share / cell_.fall) : 1.0f;
  }

  void ReadSymbols(size_t step, Phase phase) {
    for (size_t i = 0; i < cell_.readers; ++i) {
      WindowOf(i, step).Fill(text_.alphabet, real_.inputs.row(i));
    }
    stack_.Step(real_.inputs, phase, real_.lane);
  }

  // The symbol at `step` is foretold from those before; then it comes.
  void LearnStep(size_t step) {
    for (size_t i = 0; i < cell_.readers; ++i) came_[i] = text_.symbols[PlaceOf(i, step)];
    read_out_.LogProbabilities(real_.features(), log_q_);
    read_out_.SetRate(cell_.read_out_rate * Left(step));
    read_out_.Learn(real_.features(), came_);
    if (looking()) return ReadSymbols(step, Phase::kLook);
    JudgeCandidates(step);
    MakeNegatives(step);
    stack_.Step(fake_.inputs, Phase::kNegative, fake_.lane);
    ReadSymbols(step, Phase::kPositive);
    stack_.ApplyUpdate();
  }

  // Fills log p by layer 1, and learns s.
  void JudgeCandidates(size_t step) {
    for (size_t i = 0; i < cell_.readers; ++i) {
      SymbolWindow window = WindowOf(ReaderAt(i, step), step - 1);
      window.Push(std::nullopt);
      window.Fill(text_.alphabet, contexts_.row(i));
    }
    candidates_.Judge(stack_, contexts_, one());
    const float rate = cell_.correction_rate * Left(step);
    const size_t deep = std::min(kDeepContexts, cell_.readers);
    if (cell_.units.size() > 1) LearnCorrection(all_, step, deep, rate);
    LearnCorrection(first_, step, cell_.readers, rate);
  }

  // Whose context stands in a row. All layers judge the first rows only, so that readers take turns
  // there: what the first of them read is only a part of the text.
  size_t ReaderAt(size_t row, size_t step) const {
    const size_t first = cell_.units.size() > 1 ? step * kDeepContexts : 0;
    return (first + row) % cell_.readers;
  }

  void LearnCorrection(Correction& correction, size_t step, size_t contexts, float rate) {
    for (size_t i = 0; i < contexts; ++i) {
      const size_t reader = ReaderAt(i, step);
      correction.Apply(candidates_, i, log_q_.row(reader), log_p_.row(reader));
      correction.Learn(candidates_, i, log_q_.row(reader), log_p_.row(reader), came_[reader],
                       rate / static_cast<float>(contexts));
    }
  }

  void MakeNegatives(size_t step) {
    if (cell_.negatives == SymbolNegatives::kGenerated) return Generate(step);
    const Matrix& drawn_from = cell_.negatives == SymbolNegatives::kCorrected ? log_p_ : log_q_;
    for (size_t i = 0; i < fake_.inputs.rows(); ++i) {
      const size_t reader = i % cell_.readers;
      SymbolWindow window = WindowOf(reader, step - 1);
      window.Push(Draw(drawn_from.row(reader), rng_));
      window.Fill(text_.alphabet, fake_.inputs.row(i));
    }
  }

  // The lane of what is real serves: it is filled anew before it is read.
  void Generate(size_t step) {
    std::vector<SymbolWindow> windows;
    for (size_t i = 0; i < cell_.readers; ++i) windows.push_back(WindowOf(i, step - 1));
    for (size_t k = 0; k < cell_.negatives_per_symbol; ++k) {
      if (k > 0) {
        stack_.Step(real_.inputs, Phase::kLook, real_.lane);
        read_out_.LogProbabilities(real_.features(), log_q_);
      }
      for (size_t i = 0; i < cell_.readers; ++i) {
        windows[i].Push(Draw(log_q_.row(i), rng_));
        windows[i].Fill(text_.alphabet, real_.inputs.row(i));
        std::ranges::copy(real_.inputs.row(i), fake_.inputs.row(k * cell_.readers + i).begin());
      }
    }
  }

  const NextSymbolCell& cell_;
  const SymbolText& text_;
  size_t steps_;
  LayerStack stack_;
  Places real_, fake_;
  Matrix contexts_;
  Candidates candidates_;
  SoftmaxReadOut read_out_;
  Matrix log_q_, log_p_;  // [readers x symbols]
  std::vector<uint8_t> came_;
  Correction first_, all_;
  Rng rng_;
};

NextSymbolScore Run::Judge() {
  // As many places at a time as the read-out reads; of the last ones some have been judged already.
  NextSymbolScore score;
  const size_t judged = text_.judged(), batch = cell_.readers;
  Candidates deep(stack_, batch, batch, text_.alphabet);
  std::vector<float> log_p(text_.alphabet);
  for (size_t done = 0; done < judged; done += batch) {
    const size_t first = text_.learned + std::min(done, judged - batch);
    for (size_t i = 0; i < batch; ++i) {
      SymbolWindow window(cell_.window, text_.symbols, first + i);
      window.Fill(text_.alphabet, real_.inputs.row(i));
      window.Push(std::nullopt);
      window.Fill(text_.alphabet, contexts_.row(i));
    }
    stack_.Step(real_.inputs, Phase::kLook, real_.lane);
    read_out_.LogProbabilities(real_.features(), log_q_);
    if (!looking()) deep.Judge(stack_, contexts_, one());
    for (size_t i = 0; i < batch; ++i) {
      if (first + i < text_.learned + done) continue;
      const uint8_t came = text_.symbols[first + i];
      const std::span<const float> log_q = log_q_.row(i);
      const auto count = [&](const Correction& correction, double& bits) {
        if (looking()) {
          std::ranges::copy(log_q, log_p.begin());
        } else {
          correction.Apply(deep, i, log_q, log_p);
        }
        bits += BitsOf(log_p[came]);
      };
      score.read_out_bits += BitsOf(log_q[came]);
      count(first_, score.first_layer_bits);
      count(cell_.units.size() > 1 ? all_ : first_, score.corrected_bits);
      const auto likeliest = std::ranges::max_element(log_p) - log_p.begin();
      score.accuracy += likeliest == came ? 1 : 0;
    }
  }
  for (double* sum :
       {&score.read_out_bits, &score.first_layer_bits, &score.corrected_bits, &score.accuracy}) {
    *sum /= static_cast<double>(judged);
  }
  return score;
}

}  // namespace

size_t StepsOf(const NextSymbolCell& cell, const SymbolText& text) {
  return text.learned == 0 ? 0 : (text.learned - 1) / cell.readers;
}

Result<NextSymbolScore> RunNextSymbolCell(const NextSymbolCell& cell, const SymbolText& text,
                                          const std::function<bool()>& go_on) {
  const size_t steps = StepsOf(cell, text);
  HYPNOS_CHECK(steps > 0 && text.judged() >= cell.readers);
  FfLayerOptions layer;
  layer.temperature_per_unit = cell.temperature_per_unit;
  layer.peer_normalisation = cell.peer_normalisation;
  LearningOptions learning = cell.learning;
  learning.fall_steps =
      static_cast<uint64_t>(static_cast<double>(cell.fall) * static_cast<double>(steps));
  learning.hold_steps = steps - learning.fall_steps;
  if (cell.negatives == SymbolNegatives::kFrozen) learning.rule = LearningRule::kLooking;
  const Rng rng(cell.seed);
  HYPNOS_ASSIGN_OR_RETURN(
      LayerStack stack, LayerStack::Create(cell.window * text.alphabet, cell.units, layer, learning,
                                           rng.Fork("layers")));
  Run run(cell, text, std::move(stack), rng.Fork("negatives"));
  if (!run.Learn(go_on)) return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
  return run.Judge();
}

}  // namespace hypnos::lab
