#include "hypnos/sources/frame_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace hypnos {
namespace {

using enum Discontinuity;

Frame Numbered(int64_t index, Discontinuity discontinuity = kNone) {
  return {.clip = "clip", .index = index, .discontinuity = discontinuity, .image = Image(2, 2, 1)};
}

Frame MustPop(FrameQueue* queue) {
  auto next = queue->Pop();
  HYPNOS_CHECK(next.ok() && std::holds_alternative<Frame>(*next));
  return std::get<Frame>(*std::move(next));
}

bool AtEnd(FrameQueue* queue) {
  const auto next = queue->Pop();
  return next.ok() && std::holds_alternative<EndOfStream>(*next);
}

TEST(FrameQueue, HandsOverInOrderAndThenTheEndForEver) {
  FrameQueue queue(4, OnFull::kBlock);
  EXPECT_TRUE(queue.Push(Numbered(0)));
  EXPECT_TRUE(queue.Push(Numbered(1)));
  queue.Finish(FrameOrEnd(EndOfStream{}));
  EXPECT_EQ(MustPop(&queue).index, 0);
  EXPECT_EQ(MustPop(&queue).index, 1);
  EXPECT_TRUE(AtEnd(&queue));
  EXPECT_TRUE(AtEnd(&queue));
}

TEST(FrameQueue, HandsOverTheErrorAfterTheFrames) {
  FrameQueue queue(4, OnFull::kBlock);
  queue.Push(Numbered(0));
  queue.Finish(Error{Code::kDataLoss, "TRUNCATED", "cut"});
  queue.Finish(FrameOrEnd(EndOfStream{}));
  EXPECT_EQ(MustPop(&queue).index, 0);
  for (int i = 0; i < 2; ++i) {
    const auto next = queue.Pop();
    ASSERT_FALSE(next.ok());
    EXPECT_EQ(next.error().reason, "TRUNCATED");
  }
}

TEST(FrameQueue, DropsTheOldestCountsItAndMarksTheGap) {
  FrameQueue queue(2, OnFull::kDropOldest);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.Push(Numbered(i)));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.drops().queue_full, 3);
  const Frame first = MustPop(&queue);
  EXPECT_EQ(first.index, 3);
  EXPECT_EQ(first.discontinuity, kGap);
  EXPECT_EQ(MustPop(&queue).discontinuity, kNone);
}

TEST(FrameQueue, AStrongerMarkSurvivesTheFrameThatCarriedIt) {
  for (const size_t capacity : {1, 2, 3}) {
    for (const auto mark : {kStart, kClip, kLoop, kResize}) {
      FrameQueue queue(capacity, OnFull::kDropOldest);
      queue.Push(Numbered(0, mark));
      for (int i = 1; i < 10; ++i) queue.Push(Numbered(i));
      EXPECT_EQ(MustPop(&queue).discontinuity, mark) << ToString(mark);
    }
  }
}

TEST(FrameQueue, AGapDoesNotHideAStrongerMark) {
  FrameQueue queue(1, OnFull::kDropOldest);
  queue.Push(Numbered(0));
  queue.Push(Numbered(0, kClip));
  EXPECT_EQ(MustPop(&queue).discontinuity, kClip);
}

TEST(FrameQueue, MarksNothingWhereNothingWasDropped) {
  FrameQueue queue(1, OnFull::kDropOldest);
  for (int i = 0; i < 3; ++i) {
    queue.Push(Numbered(i));
    EXPECT_EQ(MustPop(&queue).discontinuity, kNone);
  }
  EXPECT_EQ(queue.drops().queue_full, 0);
}

TEST(FrameQueue, ABlockingOneLosesNothing) {
  constexpr int kFrames = 2000;
  FrameQueue queue(3, OnFull::kBlock);
  std::thread producer([&queue] {
    for (int i = 0; i < kFrames; ++i) queue.Push(Numbered(i));
    queue.Finish(FrameOrEnd(EndOfStream{}));
  });
  for (int i = 0; i < kFrames; ++i) {
    const Frame frame = MustPop(&queue);
    EXPECT_EQ(frame.index, i);
    EXPECT_EQ(frame.discontinuity, kNone);
    EXPECT_LE(queue.size(), 3u);
  }
  EXPECT_TRUE(AtEnd(&queue));
  producer.join();
}

TEST(FrameQueue, ADroppingOneAccountsForEveryFrame) {
  constexpr int kFrames = 2000;
  FrameQueue queue(3, OnFull::kDropOldest);
  std::thread producer([&queue] {
    for (int i = 0; i < kFrames; ++i) queue.Push(Numbered(i));
    queue.Finish(FrameOrEnd(EndOfStream{}));
  });
  int64_t expected = 0;
  int64_t popped = 0;
  while (true) {
    const auto next = queue.Pop();
    ASSERT_TRUE(next.ok());
    if (std::holds_alternative<EndOfStream>(*next)) break;
    const auto& frame = std::get<Frame>(*next);
    EXPECT_EQ(frame.discontinuity, frame.index == expected ? kNone : kGap);
    expected = frame.index + 1;
    ++popped;
  }
  producer.join();
  EXPECT_EQ(popped + queue.drops().queue_full, kFrames);
}

TEST(FrameQueue, ClosingWakesWhoPushesAndCountsWhatIsLost) {
  FrameQueue queue(1, OnFull::kBlock);
  queue.Push(Numbered(0));
  std::thread producer([&queue] { EXPECT_FALSE(queue.Push(Numbered(1))); });
  queue.Close();
  producer.join();
  EXPECT_EQ(queue.drops().closed, 2);
  EXPECT_TRUE(AtEnd(&queue));
}

TEST(FrameQueue, ClosingWakesWhoPops) {
  FrameQueue queue(1, OnFull::kBlock);
  std::thread consumer([&queue] { EXPECT_TRUE(AtEnd(&queue)); });
  queue.Close();
  consumer.join();
}

}  // namespace
}  // namespace hypnos
