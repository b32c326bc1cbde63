#include "lab/settling_stack.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "hypnos/tensor/kernels.h"

namespace hypnos::lab {
namespace {

constexpr size_t kBatch = 3, kInputs = 7, kLabels = 4;
constexpr size_t kUnits[] = {6, 5};
constexpr float kDamping = 0.7f;

using Vector = std::vector<float>;

SettlingStack Make(const LearningOptions& learning = {.rule = LearningRule::kInterleaved}) {
  FfLayerOptions layer;
  layer.damping = kDamping;
  auto stack = SettlingStack::Create(kInputs, kLabels, kUnits, layer, learning, Rng(1));
  HYPNOS_CHECK(stack.ok());
  return *std::move(stack);
}

Matrix Normalised(size_t columns, uint64_t seed) {
  Matrix m(kBatch, columns);
  Rng rng(seed);
  for (float& value : m.values()) value = rng.Normal();
  for (size_t i = 0; i < m.rows(); ++i) NormaliseLength(m.row(i), 0, m.row(i));
  return m;
}

// The equations of the headers as plain loops, for one row.
class Plain {
 public:
  Plain(const SettlingStack& stack, Vector image) : image_(std::move(image)) {
    for (const FfLayer& layer : stack.layers()) {
      layers_.push_back(layer.parameters());
      h_.emplace_back(layer.options().units);
      out_.emplace_back(layer.options().units);
    }
    for (size_t l = 0; l < layers_.size(); ++l) {
      const Vector above = l + 1 < layers_.size() ? Vector(kUnits[l + 1]) : Vector(kLabels);
      StepLayer(l, l == 0 ? image_ : out_[l - 1], above, Vector(kUnits[l]));
    }
  }

  void Step(const Vector& label) {
    const std::vector<Vector> before = out_;
    for (size_t l = 0; l < layers_.size(); ++l) {
      StepLayer(l, l == 0 ? image_ : before[l - 1], l + 1 < layers_.size() ? before[l + 1] : label,
                before[l]);
    }
  }

  const Vector& out(size_t layer) const { return out_[layer]; }

 private:
  void StepLayer(size_t l, const Vector& below, const Vector& above, const Vector& self) {
    Vector in = below;
    in.insert(in.end(), above.begin(), above.end());
    in.insert(in.end(), self.begin(), self.end());
    double squares = 0;
    for (size_t u = 0; u < h_[l].size(); ++u) {
      double a = layers_[l].bias.row(0)[u];
      for (size_t f = 0; f < in.size(); ++f) a += layers_[l].weights.row(u)[f] * in[f];
      h_[l][u] = (1 - kDamping) * h_[l][u] + kDamping * static_cast<float>(std::max(0.0, a));
      squares += h_[l][u] * h_[l][u];
    }
    const double root = std::sqrt(squares / static_cast<double>(h_[l].size()) + 1e-6);
    for (size_t u = 0; u < h_[l].size(); ++u) out_[l][u] = static_cast<float>(h_[l][u] / root);
  }

  Vector image_;
  std::vector<LayerParameters> layers_;
  std::vector<Vector> h_, out_;
};

TEST(SettlingStack, DoesWhatItsEquationsSay) {
  SettlingStack stack = Make();
  SettlingStack::Lane lane = stack.MakeLane(kBatch);
  const Matrix images = Normalised(kInputs, 2), labels = Normalised(kLabels, 3);
  const auto row = [](const Matrix& m, size_t i) {
    return Vector(m.row(i).begin(), m.row(i).end());
  };
  std::vector<Plain> plain;
  for (size_t i = 0; i < kBatch; ++i) plain.emplace_back(stack, row(images, i));
  stack.Begin(images, lane);
  for (int step = 0; step < 6; ++step) {
    for (size_t i = 0; i < kBatch; ++i) {
      for (size_t l = 0; l < 2; ++l) {
        for (size_t u = 0; u < kUnits[l]; ++u) {
          EXPECT_NEAR(lane.out[l].row(i)[u], plain[i].out(l)[u], 1e-4) << step << " " << l;
        }
      }
      plain[i].Step(row(labels, i));
    }
    stack.Step(images, labels, Phase::kLook, lane);
  }
}

TEST(SettlingStack, BeginForgetsWhatWasSeenBefore) {
  SettlingStack stack = Make();
  SettlingStack::Lane fresh = stack.MakeLane(kBatch), used = stack.MakeLane(kBatch);
  const Matrix images = Normalised(kInputs, 2), labels = Normalised(kLabels, 3);
  stack.Begin(Normalised(kInputs, 4), used);
  for (int i = 0; i < 3; ++i) stack.Step(images, labels, Phase::kLook, used);
  for (SettlingStack::Lane* lane : {&fresh, &used}) {
    stack.Begin(images, *lane);
    stack.Step(images, labels, Phase::kLook, *lane);
  }
  for (size_t l = 0; l < 2; ++l)
    EXPECT_TRUE(std::ranges::equal(fresh.out[l].values(), used.out[l].values()));
}

TEST(SettlingStack, ACopyGoesOnAsTheOriginal) {
  SettlingStack stack = Make();
  SettlingStack::Lane one = stack.MakeLane(kBatch), other = stack.MakeLane(kBatch);
  const Matrix images = Normalised(kInputs, 2), labels = Normalised(kLabels, 3);
  stack.Begin(images, one);
  stack.Step(images, labels, Phase::kLook, one);
  other.CopyFrom(one);
  for (SettlingStack::Lane* lane : {&one, &other}) {
    for (int i = 0; i < 2; ++i) stack.Step(images, labels, Phase::kLook, *lane);
  }
  for (size_t l = 0; l < 2; ++l)
    EXPECT_TRUE(std::ranges::equal(one.out[l].values(), other.out[l].values()));
}

// The label reaches the layer below one step later.
TEST(SettlingStack, TheLabelComesDownALayerAStep) {
  SettlingStack stack = Make();
  SettlingStack::Lane one = stack.MakeLane(kBatch), other = stack.MakeLane(kBatch);
  const Matrix images = Normalised(kInputs, 2);
  const auto step = [&] {
    stack.Step(images, Normalised(kLabels, 3), Phase::kLook, one);
    stack.Step(images, Normalised(kLabels, 4), Phase::kLook, other);
  };
  const auto differ = [&](size_t layer) {
    return one.states[layer].goodness != other.states[layer].goodness;
  };
  stack.Begin(images, one);
  stack.Begin(images, other);
  step();
  EXPECT_TRUE(differ(1));
  EXPECT_FALSE(differ(0));
  step();
  EXPECT_TRUE(differ(0));
}

// The same image with two labels; room enough for the layers to hold both.
TEST(SettlingStack, EveryLayerLearnsWhichLabelIsRight) {
  const std::vector<size_t> units = {40, 40};
  const LearningOptions learning{.rule = LearningRule::kInterleaved, .rate = 0.005f};
  auto made = SettlingStack::Create(kInputs, kLabels, units, {}, learning, Rng(1));
  ASSERT_TRUE(made.ok());
  SettlingStack& stack = *made;
  SettlingStack::Lane real = stack.MakeLane(kBatch), fake = stack.MakeLane(kBatch);
  const Matrix images = Normalised(kInputs, 2);
  const Matrix right = Normalised(kLabels, 3), wrong = Normalised(kLabels, 4);
  for (int i = 0; i < 300; ++i) {
    stack.Begin(images, real);
    fake.CopyFrom(real);
    for (int step = 0; step < 4; ++step) {
      stack.Step(images, right, Phase::kPositive, real);
      stack.Step(images, wrong, Phase::kNegative, fake);
      stack.ApplyUpdate();
    }
  }
  for (size_t l = 0; l < 2; ++l) {
    for (size_t i = 0; i < kBatch; ++i) {
      EXPECT_GT(real.states[l].probability[i], fake.states[l].probability[i] + 0.2f) << l << i;
    }
  }
}

TEST(SettlingStack, OptionsOutOfRangeAreNamed) {
  FfLayerOptions layer;
  layer.damping = 2;
  const auto stack = SettlingStack::Create(kInputs, kLabels, kUnits, layer, {}, Rng(1));
  ASSERT_FALSE(stack.ok());
  EXPECT_NE(stack.error().message.find("damping"), std::string::npos);
}

}  // namespace
}  // namespace hypnos::lab
