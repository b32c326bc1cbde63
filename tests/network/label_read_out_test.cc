#include "hypnos/network/label_read_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

constexpr size_t kPlaces = 3, kClasses = 4;
const std::vector<size_t> kWidths = {5, 2};

struct Said {
  std::vector<Matrix> layers;
  std::vector<ConstMatrixView> views() const { return {layers.begin(), layers.end()}; }
};

// Noise, and in the first layer's unit `label` something more.
Said Sample(size_t label, Rng& rng) {
  Said said;
  for (const size_t width : kWidths) {
    Matrix& m = said.layers.emplace_back(kPlaces, width);
    for (float& value : m.values()) value = 1 + 0.5f * rng.Normal();
  }
  for (size_t b = 0; b < kPlaces; ++b) said.layers[0].row(b)[label] += 1;
  return said;
}

// As the header states it, in double precision and plain loops.
class Reference {
 public:
  std::vector<double> Predict(const Said& said) {
    std::vector<double> f;
    for (const Matrix& m : said.layers) {
      for (size_t i = 0; i < m.cols(); ++i) {
        double sum = 0;
        for (size_t b = 0; b < kPlaces; ++b) sum += static_cast<double>(m.row(b)[i]);
        f.push_back(sum / kPlaces);
      }
    }
    f_ = f;
    z_.assign(f.size(), 0);
    for (size_t i = 0; i < f.size() && frames_ >= 2; ++i) {
      z_[i] = std::clamp((f[i] - mean_[i]) / std::max(std::sqrt(variance_[i]), 0.01), -8.0, 8.0);
    }
    std::vector<double> q(kClasses);
    double sum = 0;
    for (size_t c = 0; c < kClasses; ++c) {
      double odds = bias_[c];
      for (size_t i = 0; i < f.size(); ++i) odds += weights_[c][i] * z_[i];
      sum += q[c] = std::exp(odds);
    }
    for (double& value : q) value /= sum;
    return q;
  }

  void Learn(const Said& said, size_t label, double rate) {
    const auto q = Predict(said);
    double energy = 1;
    for (const double z : z_) energy += z * z;
    for (size_t c = 0; c < kClasses; ++c) {
      const double term = rate / energy * ((c == label ? 1 : 0) - q[c]);
      for (size_t i = 0; i < z_.size(); ++i) weights_[c][i] += term * z_[i];
      bias_[c] += term;
    }
    frames_ = std::min(frames_ + 1, LabelReadOut::kHorizonFrames);
    for (size_t i = 0; i < f_.size(); ++i) {
      const double distance = f_[i] - mean_[i], w = 1 / frames_;
      mean_[i] += w * distance;
      variance_[i] = (1 - w) * (variance_[i] + w * distance * distance);
    }
  }

 private:
  using Numbers = std::vector<double>;
  Numbers mean_ = Numbers(7), variance_ = Numbers(7), bias_ = Numbers(kClasses), f_, z_;
  std::vector<Numbers> weights_ = std::vector<Numbers>(kClasses, Numbers(7));
  double frames_ = 0;
};

TEST(LabelReadOut, IsWhatItsHeaderStates) {
  Rng rng(1);
  LabelReadOut read_out(kClasses, kWidths, 0.7f);
  Reference reference;
  for (int i = 0; i < 1500; ++i) {
    const size_t label = rng.Below(kClasses);
    const Said said = Sample(label, rng);
    std::vector<float> q(kClasses);
    read_out.Predict(said.views(), q);
    const auto expected = reference.Predict(said);
    for (size_t c = 0; c < kClasses; ++c) ASSERT_NEAR(q[c], expected[c], 1e-4) << "frame " << i;
    read_out.Learn(said.views(), label);
    reference.Learn(said, label, static_cast<double>(0.7f));
  }
}

TEST(LabelReadOut, SaysNothingBeforeItHasLearned) {
  Rng rng(1);
  LabelReadOut read_out(kClasses, kWidths, 0.5f);
  std::vector<float> q(kClasses);
  read_out.Predict(Sample(2, rng).views(), q);
  EXPECT_EQ(q, std::vector<float>(kClasses, 0.25f));
}

TEST(LabelReadOut, LearnsToNameWhatItIsTold) {
  Rng rng(1);
  LabelReadOut read_out(kClasses, kWidths, 0.5f);
  int right = 0;
  for (int i = 0; i < 3000; ++i) {
    const size_t label = rng.Below(kClasses);
    const Said said = Sample(label, rng);
    std::vector<float> q(kClasses);
    read_out.Predict(said.views(), q);
    if (i >= 2000) right += Likeliest(q) == label ? 1 : 0;
    read_out.Learn(said.views(), label);
  }
  EXPECT_GT(right, 950) << "of a thousand; the means differ by 3.5 deviations";
}

TEST(LabelReadOut, PredictingChangesNothing) {
  Rng rng(1);
  LabelReadOut one(kClasses, kWidths, 0.5f), asked(kClasses, kWidths, 0.5f);
  std::vector<float> q(kClasses), same(kClasses);
  for (int i = 0; i < 50; ++i) {
    const size_t label = rng.Below(kClasses);
    const Said said = Sample(label, rng), other = Sample(label, rng);
    asked.Predict(other.views(), same);
    one.Learn(said.views(), label);
    asked.Learn(said.views(), label);
    one.Predict(other.views(), q);
    asked.Predict(other.views(), same);
    ASSERT_EQ(q, same);
  }
}

TEST(LabelReadOut, SurvivesWhatIsNotFinite) {
  Rng rng(1);
  LabelReadOut one(kClasses, kWidths, 0.5f), hit(kClasses, kWidths, 0.5f);
  std::vector<float> q(kClasses), same(kClasses);
  for (int i = 0; i < 20; ++i) {
    const size_t label = rng.Below(kClasses);
    const Said said = Sample(label, rng);
    one.Learn(said.views(), label);
    hit.Learn(said.views(), label);
    Said broken = said;
    broken.layers[1].row(1)[0] = std::numeric_limits<float>::quiet_NaN();
    hit.Learn(broken.views(), label);
    hit.Predict(broken.views(), same);
    EXPECT_TRUE(std::ranges::all_of(same, [](float p) { return p > 0 && p < 1; }));
  }
  const Said said = Sample(0, rng);
  one.Predict(said.views(), q);
  hit.Predict(said.views(), same);
  EXPECT_EQ(q, same);
}

TEST(LabelReadOut, OfNoClassesIsNone) {
  const LabelReadOut read_out(0, kWidths, 0.5f);
  EXPECT_EQ(read_out.classes(), 0u);
  EXPECT_EQ(read_out.weight_count(), 0u);
}

}  // namespace
}  // namespace hypnos
