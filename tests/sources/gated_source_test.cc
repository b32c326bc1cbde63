#include "sources/gated_source.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/simulated_clock.h"

namespace hypnos {
namespace {

// Gives the levels one by one, each a picture of that colour; 1 is a picture of two colours.
class Levels final : public Source {
 public:
  Levels(std::vector<int> levels, int seconds) : levels_(std::move(levels)), seconds_(seconds) {}
  Result<FrameOrEnd> Next() override {
    if (next_ == levels_.size()) return FrameOrEnd(EndOfStream());
    const int level = levels_[next_++];
    Frame frame;
    frame.presentation_time = std::chrono::seconds(seconds_ * static_cast<int>(next_));
    frame.image = Image(8, 8, 1);
    for (size_t i = 0; i < 64; ++i) {
      frame.image.bytes()[i] = static_cast<uint8_t>(level == 1 ? 3 * i + next_ : level);
    }
    return FrameOrEnd(frame);
  }
  bool live() const override { return true; }
  std::optional<int64_t> frame_count() const override { return 5; }
  std::string Describe() const override { return "levels"; }

 private:
  std::vector<int> levels_;
  int seconds_;  // from one to the next
  size_t next_ = 0;
};

TEST(GatedSource, CountsAndTellsEachChangeOnce) {
  SimulatedClock clock;
  std::vector<GateVerdict> told;
  GatedSource source(std::make_unique<Levels>(std::vector{1, 0, 0, 1, 255, 1}, 11), {}, clock,
                     [&](GateVerdict verdict) { told.push_back(verdict); });
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(std::holds_alternative<Frame>(source.Next().value()));
    clock.AdvanceSeconds(11);
  }
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(source.Next().value()));
  EXPECT_EQ(told, (std::vector{GateVerdict::kPlaceholder, GateVerdict::kOpen,
                               GateVerdict::kPlaceholder, GateVerdict::kOpen}));
  EXPECT_EQ(source.gate_counts().placeholder, 3);
  EXPECT_EQ(source.Describe(), "levels");
  EXPECT_EQ(source.frame_count(), 5);
  EXPECT_TRUE(source.live());
}

TEST(GatedSource, OneThatFlickersIsToldOfSeldom) {
  SimulatedClock clock;
  std::vector<GateVerdict> told;
  std::vector<int> levels;
  for (int i = 0; i < 100; ++i) levels.push_back(i % 2);
  GatedSource source(std::make_unique<Levels>(levels, 1), {}, clock,
                     [&](GateVerdict verdict) { told.push_back(verdict); });
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(source.Next().ok());
    clock.AdvanceSeconds(1);
  }
  EXPECT_LE(told.size(), 10u);
  EXPECT_GE(told.size(), 5u);
}

TEST(GatedSource, TellsNobodyWhereNobodyListens) {
  const SimulatedClock clock;
  GatedSource source(std::make_unique<Levels>(std::vector{0}, 1), {}, clock, nullptr);
  EXPECT_EQ(std::get<Frame>(source.Next().value()).gate, GateVerdict::kPlaceholder);
}

}  // namespace
}  // namespace hypnos
