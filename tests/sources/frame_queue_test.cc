#include "hypnos/sources/frame_queue.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace hypnos {
namespace {

using enum Discontinuity;

Frame Numbered(int64_t index, Discontinuity discontinuity = kNone) {
  return {.clip = "clip",
          .index = index,
          .presentation_time = std::chrono::milliseconds(100 * index),
          .discontinuity = discontinuity,
          .image = Image(2, 2, 1)};
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

TEST(FrameQueue, DropsTheOldestAndCountsIt) {
  FrameQueue queue(2, OnFull::kDropOldest);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.Push(Numbered(i)));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.drops().queue_full, 3);
  EXPECT_EQ(MustPop(&queue).index, 3);
  EXPECT_EQ(MustPop(&queue).index, 4);
}

TEST(FrameQueue, OnlyAHoleOfMoreThanASecondIsAGap) {
  FrameQueue queue(1, OnFull::kDropOldest);
  for (int i = 0; i <= 10; ++i) queue.Push(Numbered(i));
  EXPECT_EQ(MustPop(&queue).discontinuity, kNone) << "one second after the beginning";
  for (int i = 11; i <= 21; ++i) queue.Push(Numbered(i));
  EXPECT_EQ(MustPop(&queue).discontinuity, kGap) << "more than one second after that";
  queue.Push(Numbered(22));
  EXPECT_EQ(MustPop(&queue).discontinuity, kNone);
}

TEST(FrameQueue, ASlowSourceHasNoGapWhereNothingWasDropped) {
  FrameQueue queue(1, OnFull::kDropOldest);
  for (int i = 0; i < 100; i += 50) {
    queue.Push(Numbered(i));
    EXPECT_EQ(MustPop(&queue).discontinuity, kNone);
  }
}

TEST(FrameQueue, ASlowNetworkSeesOneStreamAndNotAGapBeforeEveryFrame) {
  FrameQueue queue(2, OnFull::kDropOldest);
  for (int i = 0; i < 100; ++i) {
    queue.Push(Numbered(i, i == 0 ? kStart : kNone));
    if (i % 5 == 4) {
      EXPECT_EQ(MustPop(&queue).discontinuity, i < 5 ? kStart : kNone);
    }
  }
  EXPECT_GT(queue.drops().queue_full, 70);
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
  queue.Push(Numbered(50, kClip));
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
  int64_t last = 0;
  int64_t popped = 0;
  while (true) {
    const auto next = queue.Pop();
    ASSERT_TRUE(next.ok());
    if (std::holds_alternative<EndOfStream>(*next)) break;
    const auto& frame = std::get<Frame>(*next);
    EXPECT_EQ(frame.discontinuity, frame.index - last > 10 ? kGap : kNone);
    last = frame.index;
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

TEST(FrameQueue, RingsForWhoWaitsForSeveral) {
  Bell bell;
  FrameQueue one(2, OnFull::kBlock), other(2, OnFull::kBlock);
  one.SetBell(&bell);
  other.SetBell(&bell);
  auto rings = [&, heard = bell.rings()]() mutable {
    const bool rung = bell.rings() > heard;
    heard = bell.rings();
    return rung;
  };
  EXPECT_FALSE(one.TryPop());
  const uint64_t heard = bell.rings();
  std::thread pusher([&] { other.Push(Numbered(0)); });
  bell.WaitForMoreThan(heard);
  pusher.join();
  EXPECT_FALSE(one.TryPop());
  const auto next = other.TryPop();
  ASSERT_TRUE(next && next->ok());
  EXPECT_EQ(std::get<Frame>(**next).index, 0);
  EXPECT_TRUE(rings());
  one.SetPaused(true);
  EXPECT_TRUE(rings());
  one.SetPaused(false);
  EXPECT_TRUE(rings());
  one.Finish(FrameOrEnd(EndOfStream{}));
  EXPECT_TRUE(rings());
  EXPECT_TRUE(one.TryPop()) << "its end";
  EXPECT_FALSE(rings());
  other.Close();
  EXPECT_TRUE(rings());
  other.SetBell(nullptr);
  other.Close();
  EXPECT_FALSE(rings());
}

TEST(FrameQueue, MarksTheFirstFrameAfterAPause) {
  FrameQueue queue(4, OnFull::kBlock);
  for (int i = 0; i < 3; ++i) queue.Push(Numbered(i));
  EXPECT_EQ(MustPop(&queue).discontinuity, kNone);
  queue.SetPaused(true);
  queue.SetPaused(false);
  EXPECT_EQ(MustPop(&queue).discontinuity, kPause);
  EXPECT_EQ(MustPop(&queue).discontinuity, kNone);
}

TEST(FrameQueue, PausedItGivesNothingAndAFileLosesNothing) {
  FrameQueue queue(2, OnFull::kBlock);
  queue.SetPaused(true);
  queue.Push(Numbered(0));
  queue.Push(Numbered(1));
  queue.Finish(FrameOrEnd(EndOfStream{}));
  EXPECT_FALSE(queue.TryPop());
  std::thread resumer([&] { queue.SetPaused(false); });
  EXPECT_EQ(MustPop(&queue).index, 0);
  resumer.join();
  EXPECT_EQ(MustPop(&queue).index, 1);
  EXPECT_TRUE(AtEnd(&queue));
  EXPECT_EQ(queue.drops().paused, 0);
}

TEST(FrameQueue, ALiveSourceLosesFramesWhilePausedAndTheyAreCountedAsThat) {
  FrameQueue queue(2, OnFull::kDropOldest);
  queue.SetPaused(true);
  for (int i = 0; i < 5; ++i) queue.Push(Numbered(i));
  queue.SetPaused(false);
  EXPECT_EQ(MustPop(&queue).index, 3);
  EXPECT_EQ(queue.drops().paused, 3);
  EXPECT_EQ(queue.drops().queue_full, 0);
}

TEST(FrameQueue, AsleepMoreMayWaitAndWhatIsLostIsCountedAsThat) {
  FrameQueue queue(2, OnFull::kDropOldest);
  queue.SetAsleep(true, 5);
  for (int i = 0; i < 8; ++i) queue.Push(Numbered(i));
  EXPECT_EQ(queue.size(), 5u);
  EXPECT_EQ(queue.drops().asleep, 3);
  EXPECT_EQ(queue.drops().queue_full, 0);
  // What has waited is still given, also where more comes meanwhile.
  queue.SetAsleep(false, 5);
  EXPECT_EQ(MustPop(&queue).index, 3);
  queue.Push(Numbered(8));
  EXPECT_EQ(queue.size(), 4u) << "the room shrinks with what is taken";
  EXPECT_EQ(queue.drops().queue_full, 1);
  for (const int index : {5, 6, 7}) EXPECT_EQ(MustPop(&queue).index, index);
  // It has caught up, and there is room for two again.
  for (int i = 9; i < 12; ++i) queue.Push(Numbered(i));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.drops().queue_full, 3);
}

TEST(FrameQueue, AsleepWithoutMoreRoomItHoldsWhatItAlwaysDoes) {
  FrameQueue queue(2, OnFull::kDropOldest);
  queue.SetAsleep(true, 0);
  for (int i = 0; i < 3; ++i) queue.Push(Numbered(i));
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(queue.drops().asleep, 1);
}

TEST(FrameQueue, WhoWaitsToPushMayGoOnWhereMoreMayWait) {
  FrameQueue queue(1, OnFull::kBlock);
  queue.Push(Numbered(0));
  std::thread pusher([&] { queue.Push(Numbered(1)); });
  queue.SetAsleep(true, 2);
  pusher.join();
  EXPECT_EQ(queue.size(), 2u);
}

TEST(FrameQueue, ClosingEndsAPause) {
  FrameQueue queue(1, OnFull::kBlock);
  queue.SetPaused(true);
  std::thread closer([&] { queue.Close(); });
  EXPECT_TRUE(AtEnd(&queue));
  closer.join();
}

}  // namespace
}  // namespace hypnos
