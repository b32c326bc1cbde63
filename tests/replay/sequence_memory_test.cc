#include "hypnos/replay/sequence_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace hypnos {
namespace {

constexpr PlaneShape kShape{1, 2, 3};

Planes Plain(float value, const PlaneShape& shape = kShape) {
  Planes planes(shape);
  std::ranges::fill(planes.values(), value);
  return planes;
}

// Sequences of three frames: 10 n, 10 n + 1, 10 n + 2 for sequence n, after the state n.
class Memory {
 public:
  explicit Memory(size_t capacity, uint64_t seed = 1)
      : memory({.capacity = capacity, .frames = 3}, Rng(seed)) {}

  void Remember(int n) {
    Begin(n);
    for (int frame = 0; frame < 3; ++frame) Observe(10 * n + frame);
  }
  void Begin(int n) { memory.Begin().layers = {HalfBuffer{static_cast<uint16_t>(n)}}; }
  void Observe(int value) { memory.Observe(Plain(static_cast<float>(value))); }

  float Value(size_t sequence, size_t frame) const {
    Planes planes;
    memory.Read(sequence, frame, planes);
    EXPECT_EQ(planes.shape(), kShape);
    for (const float value : planes.values()) EXPECT_EQ(value, planes.values()[0]);
    return planes.values()[0];
  }
  // The number n of a sequence, if it is as it was remembered.
  int Number(size_t sequence) const {
    const int n = memory.StateBefore(sequence).layers[0][0];
    for (size_t frame = 0; frame < 3; ++frame) {
      EXPECT_EQ(Value(sequence, frame), static_cast<float>(10 * n) + static_cast<float>(frame));
    }
    return n;
  }
  std::set<int> Numbers() const {
    std::set<int> numbers;
    for (size_t sequence = 0; sequence < memory.size(); ++sequence) {
      numbers.insert(Number(sequence));
    }
    return numbers;
  }

  SequenceMemory memory;
};

TEST(SequenceMemory, HoldsASequenceOnceItIsWhole) {
  Memory m(4);
  m.Begin(1);
  m.Observe(10);
  m.Observe(11);
  EXPECT_EQ(m.memory.size(), 0u);
  m.Observe(12);
  EXPECT_EQ(m.memory.size(), 1u);
  EXPECT_EQ(m.Number(0), 1);
}

TEST(SequenceMemory, ObservesOnlyWhatASequenceNeeds) {
  Memory m(4);
  m.Observe(5);
  m.Remember(1);
  for (int i = 0; i < 10; ++i) m.Observe(5);
  EXPECT_EQ(m.memory.size(), 1u);
  m.Remember(2);
  EXPECT_EQ(m.Numbers(), (std::set{1, 2}));
}

TEST(SequenceMemory, WhatIsBeingRecalledNeverMakesRoom) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Memory m(3, seed);
    for (const int n : {1, 2, 3}) m.Remember(n);
    const size_t recalled = seed % 3;
    const int kept = m.Number(recalled);
    std::set<int> others;
    for (int n = 4; n < 40; ++n) {
      m.Begin(n);
      for (int frame = 0; frame < 3; ++frame) {
        m.memory.Observe(Plain(static_cast<float>(10 * n + frame)), {}, 0, recalled);
      }
      EXPECT_EQ(m.Number(recalled), kept);
      EXPECT_TRUE(m.Numbers().contains(n));
      for (size_t s = 0; s < 3; ++s) {
        if (m.Number(s) == n) others.insert(static_cast<int>(s));
      }
    }
    EXPECT_EQ(others.size(), 2u) << "all others do";
  }
}

TEST(SequenceMemory, TheOnlyOneIsKeptWhileItIsRecalled) {
  Memory m(1);
  m.Remember(1);
  m.Begin(2);
  for (int frame = 0; frame < 3; ++frame) m.memory.Observe(Plain(20), {}, 0, size_t{0});
  EXPECT_EQ(m.Number(0), 1);
  m.Remember(3);
  EXPECT_EQ(m.Number(0), 3);
}

TEST(SequenceMemory, ANewBeginningDropsTheUnfinished) {
  Memory m(4);
  m.Begin(7);
  m.Observe(70);
  m.Observe(71);
  m.Remember(1);
  EXPECT_EQ(m.Numbers(), std::set{1});
}

TEST(SequenceMemory, CollectsEachStreamByItself) {
  Memory m(4);
  for (const int stream : {0, 1}) {
    m.memory.Begin(static_cast<size_t>(stream)).layers = {
        HalfBuffer{static_cast<uint16_t>(stream)}};
  }
  for (int frame = 0; frame < 3; ++frame) {
    m.memory.Observe(Plain(static_cast<float>(frame)), {}, 0);
    m.memory.Observe(Plain(static_cast<float>(10 + frame)), {}, 1);
    m.memory.Observe(Plain(99), {}, 2);
  }
  EXPECT_EQ(m.Numbers(), (std::set<int>{0, 1}));
}

TEST(SequenceMemory, HoldsNoMoreThanItsCapacityAndAlwaysTheNewest) {
  Memory m(3);
  for (int n = 1; n <= 50; ++n) {
    m.Remember(n);
    EXPECT_EQ(m.memory.size(), static_cast<size_t>(std::min(n, 3)));
    const auto numbers = m.Numbers();
    EXPECT_EQ(numbers.size(), m.memory.size()) << "none twice";
    EXPECT_TRUE(numbers.contains(n));
  }
}

TEST(SequenceMemory, OldOnesFadeGeometrically) {
  constexpr int kTrials = 3000;
  int left = 0;
  for (uint64_t seed = 0; seed < kTrials; ++seed) {
    Memory m(4, seed);
    for (int n = 1; n <= 10; ++n) m.Remember(n);
    left += m.Numbers().contains(1) ? 1 : 0;
  }
  // Six times one of four made room. Four standard deviations.
  const double share = std::pow(0.75, 6);
  EXPECT_NEAR(static_cast<double>(left) / kTrials, share,
              4 * std::sqrt(share * (1 - share) / kTrials));
}

TEST(SequenceMemory, EqualSeedsForgetEqually) {
  Memory one(3, 5), same(3, 5), other(3, 6);
  for (int n = 1; n <= 30; ++n) {
    for (Memory* m : {&one, &same, &other}) m->Remember(n);
  }
  EXPECT_EQ(one.Numbers(), same.Numbers());
  EXPECT_NE(one.Numbers(), other.Numbers());
}

TEST(SequenceMemory, DrawsEverySequence) {
  Memory m(4);
  for (int n = 1; n <= 4; ++n) m.Remember(n);
  Rng rng(1);
  std::set<size_t> drawn;
  for (int draw = 0; draw < 100; ++draw) drawn.insert(m.memory.Draw(rng));
  EXPECT_EQ(drawn, (std::set<size_t>{0, 1, 2, 3}));
}

TEST(SequenceMemory, KeepsHalfPrecision) {
  Memory m(1);
  Rng rng(2);
  Planes frame(kShape), read;
  for (float& value : frame.values()) value = rng.Normal();
  m.memory.Begin();
  for (int i = 0; i < 3; ++i) m.memory.Observe(frame);
  m.memory.Read(0, 1, read);
  for (size_t i = 0; i < frame.values().size(); ++i) {
    EXPECT_NEAR(read.values()[i], frame.values()[i], 5e-4f * std::abs(frame.values()[i]));
  }
}

TEST(SequenceMemory, KeepsTheLabelOfEachFrame) {
  Memory m(2);
  const std::vector<std::optional<size_t>> labels = {std::nullopt, 4, 0};
  for (int sequence = 0; sequence < 5; ++sequence) {
    m.memory.Begin();
    for (const auto& label : labels) m.memory.Observe(Plain(1), label);
  }
  for (size_t frame = 0; frame < labels.size(); ++frame) {
    for (const size_t sequence : {0u, 1u}) {
      EXPECT_EQ(m.memory.Label(sequence, frame), labels[frame]);
    }
  }
  m.Remember(1);
  m.Remember(2);
  int without = 0;
  for (const size_t sequence : {0u, 1u}) without += m.memory.Label(sequence, 1) ? 0 : 1;
  EXPECT_GT(without, 0) << "what is forgotten takes its labels along";
}

TEST(SequenceMemory, AnotherShapeEmptiesIt) {
  Memory m(4);
  m.Remember(1);
  m.Remember(2);
  const PlaneShape other{3, 4, 2};
  m.memory.Begin();
  m.memory.Observe(Plain(1, other));
  EXPECT_EQ(m.memory.size(), 0u);
  for (int i = 0; i < 2; ++i) m.memory.Observe(Plain(2, other));
  ASSERT_EQ(m.memory.size(), 1u);
  Planes read;
  m.memory.Read(0, 2, read);
  EXPECT_EQ(read.shape(), other);
  EXPECT_EQ(read.values()[23], 2);
}

TEST(SequenceMemory, AShapeDoesNotChangeWithinASequence) {
  Memory m(4);
  m.Begin(1);
  m.Observe(10);
  EXPECT_DEATH(m.memory.Observe(Plain(1, {1, 3, 2})), "broken promise");
}

TEST(SequenceMemory, IsAskedOnlyForWhatItHolds) {
  Memory m(4);
  Rng rng(1);
  Planes read;
  EXPECT_DEATH((void)m.memory.Draw(rng), "broken promise");
  EXPECT_DEATH((void)m.memory.StateBefore(0), "broken promise");
  m.Remember(1);
  EXPECT_DEATH(m.memory.Read(1, 0, read), "broken promise");
  EXPECT_DEATH(m.memory.Read(0, 3, read), "broken promise");
}

TEST(SequenceMemory, NeedsRoomAndLength) {
  EXPECT_DEATH(SequenceMemory({.capacity = 0, .frames = 3}, Rng(1)), "broken promise");
  EXPECT_DEATH(SequenceMemory({.capacity = 3, .frames = 0}, Rng(1)), "broken promise");
}

}  // namespace
}  // namespace hypnos
