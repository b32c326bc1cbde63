#include "hypnos/sinks/event_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "hypnos/imaging/codecs.h"
#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::SizeIs;

constexpr Duration kPatience = std::chrono::seconds(20);

class EventRecorderTest : public ::testing::Test {
 protected:
  static EventRecorderOptions Options() {
    EventRecorderOptions options;
    options.folder = "events";
    options.before = seconds(1);
    options.after = seconds(1);
    return options;
  }
  EventRecorder::Parts PartsOf(FileSystem& files) {
    return {.files = files, .clock = clock_, .pictured = [this](uint64_t id, std::string jpeg) {
              const std::lock_guard lock(mutex_);
              pictures_[id] = std::move(jpeg);
              changed_.notify_all();
            }};
  }
  // Ten frames a second from `from` on. Returns how many of them were wanted.
  static int Show(EventRecorder& recorder, int from, int frames) {
    int wanted = 0;
    for (int i = from; i < from + frames; ++i) {
      if (!recorder.Wants("door", milliseconds(100 * i), i == 0)) continue;
      recorder.Show("door", milliseconds(100 * i), Image(400, 300, 3));
      ++wanted;
    }
    return wanted;
  }
  static void Tell(EventRecorder& recorder, EventNews::What what, uint64_t id, int frame) {
    EventNews news;
    news.what = what;
    news.notice.id = id;
    news.notice.source = "door";
    news.notice.time = WallTime(std::chrono::hours(id));
    news.begin = news.peak_time = milliseconds(100 * frame);
    news.end = milliseconds(100 * frame);
    recorder.Tell(news);
  }
  bool Stop(EventRecorder& recorder) const { return recorder.Stop(clock_.Now() + kPatience); }
  std::string WaitForPicture(uint64_t id) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return pictures_.contains(id); }));
    return pictures_[id];
  }

  const SystemClock clock_{};
  MemoryFileSystem disk_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint64_t, std::string> pictures_;
};

TEST_F(EventRecorderTest, KeepsAnEventAndShowsItSmall) {
  EventRecorder recorder(Options(), PartsOf(disk_));
  Show(recorder, 0, 20);
  Tell(recorder, EventNews::What::kBegin, 7, 20);
  EXPECT_GE(Show(recorder, 20, 1), 1) << "the peak is wanted whatever the rate";
  const std::string jpeg = WaitForPicture(7);
  const auto* bytes = reinterpret_cast<const uint8_t*>(jpeg.data());
  EXPECT_EQ(DecodeImage({bytes, jpeg.size()})->width(), 320);
  Show(recorder, 21, 5);
  Tell(recorder, EventNews::What::kEnd, 7, 26);
  Show(recorder, 26, 20);
  ASSERT_TRUE(Stop(recorder));
  EXPECT_THAT(disk_.ListFolder("events").value(), SizeIs(3));
  EXPECT_EQ(recorder.status().kept, 1u);
  EXPECT_EQ(recorder.status().frames_left_out, 0u);
}

TEST_F(EventRecorderTest, WantsSoManyFramesASecondAndNoneWithoutAFolder) {
  EventRecorder recorder(Options(), PartsOf(disk_));
  EXPECT_NEAR(Show(recorder, 0, 100), 50, 1);
  EventRecorder without({}, PartsOf(disk_));
  EXPECT_EQ(Show(without, 0, 100), 0);
  Tell(without, EventNews::What::kBegin, 1, 100);
  EXPECT_EQ(Show(without, 100, 10), 1);
  EXPECT_FALSE(WaitForPicture(1).empty());
  ASSERT_TRUE(Stop(without));
  EXPECT_THAT(disk_.ListFolder("events").value(), SizeIs(0));
}

TEST_F(EventRecorderTest, ATimeThatJumpsBackWithoutACutStopsNoClips) {
  EventRecorder recorder(Options(), PartsOf(disk_));
  Show(recorder, 1000, 20);
  // The first frame of it is not told to be a cut.
  EXPECT_NEAR(Show(recorder, 1, 50), 25, 2);
  // Frames that come a little out of order are none.
  EXPECT_FALSE(recorder.Wants("door", milliseconds(4800), false));
  Tell(recorder, EventNews::What::kBegin, 1, 51);
  Show(recorder, 51, 10);
  ASSERT_TRUE(Stop(recorder));
  const std::string file = "events/" + disk_.ListFolder("events").value().at(1);
  const auto json = nlohmann::json::parse(disk_.ReadFile(file).value());
  EXPECT_NEAR(json.at("clip_before_begin_seconds").get<double>(), 1, 0.3);
}

TEST_F(EventRecorderTest, AnEventThatGoesOnAtTheEndIsKept) {
  EventRecorder recorder(Options(), PartsOf(disk_));
  Show(recorder, 0, 20);
  Tell(recorder, EventNews::What::kBegin, 1, 20);
  Show(recorder, 20, 10);
  ASSERT_TRUE(Stop(recorder));
  EXPECT_THAT(disk_.ListFolder("events").value(), SizeIs(3));
}

TEST_F(EventRecorderTest, AFullDiskCostsTheEventsAndNothingElse) {
  FailingFileSystem failing(disk_);
  failing.FailFrom(1, {Code::kResourceExhausted, "DISK_FULL", "the disk is full"});
  EventRecorder recorder(Options(), PartsOf(failing));
  for (uint64_t id = 1; id <= 3; ++id) {
    const int from = static_cast<int>(100 * id);
    Show(recorder, from, 10);
    Tell(recorder, EventNews::What::kBegin, id, from + 10);
    Show(recorder, from + 10, 5);
    Tell(recorder, EventNews::What::kEnd, id, from + 15);
    EXPECT_FALSE(WaitForPicture(id).empty());
  }
  ASSERT_TRUE(Stop(recorder));
  EXPECT_EQ(recorder.status().failed, 3u);
  EXPECT_EQ(recorder.status().kept, 0u);
  EXPECT_EQ(recorder.status().error, "the disk is full");
}

// Hangs until it is let go.
class Hanging {
 public:
  void Hang() {
    std::unique_lock lock(mutex_);
    hangs_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !hangs_; });
    done_ = true;
    changed_.notify_all();
  }
  void WaitUntilItHangs() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return hangs_; });
  }
  void LetGo() {
    std::unique_lock lock(mutex_);
    hangs_ = false;
    changed_.notify_all();
    changed_.wait(lock, [this] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool hangs_ = false, done_ = false;
};

// Of a server that is gone for a while.
class HangingFolder final : public MemoryFileSystem {
 public:
  Status MakeFolder(const std::string& path) override {
    if (!std::exchange(hung_, true)) hanging.Hang();
    HYPNOS_RETURN_IF_ERROR(then);
    return MemoryFileSystem::MakeFolder(path);
  }
  Hanging hanging;
  Status then;

 private:
  bool hung_ = false;
};

TEST_F(EventRecorderTest, AFolderThatHangsHoldsUpNoSmallPicture) {
  HangingFolder disk;
  EventRecorder recorder(Options(), PartsOf(disk));
  for (uint64_t id = 1; id <= 3; ++id) {
    const int from = static_cast<int>(100 * id);
    Tell(recorder, EventNews::What::kBegin, id, from);
    Show(recorder, from, 5);
    Tell(recorder, EventNews::What::kEnd, id, from + 5);
    EXPECT_FALSE(WaitForPicture(id).empty());
    // The one before is whole once the next one begins.
    if (id == 2) disk.hanging.WaitUntilItHangs();
  }
  EXPECT_EQ(recorder.status().kept, 0u);
  disk.hanging.LetGo();
  ASSERT_TRUE(Stop(recorder));
  EXPECT_EQ(recorder.status().kept, 3u);
}

TEST_F(EventRecorderTest, WhatWaitsForAFolderThatHangsIsBoundedAndCounted) {
  HangingFolder disk;
  disk.then = Error{Code::kUnavailable, "GONE", "the server is gone"};
  EventRecorder recorder(Options(), PartsOf(disk));
  const Image large(4000, 2500, 3);
  constexpr uint64_t kEvents = 12;  // 30 MB each
  for (uint64_t id = 1; id <= kEvents; ++id) {
    const int from = static_cast<int>(100 * id);
    Tell(recorder, EventNews::What::kBegin, id, from);
    ASSERT_TRUE(recorder.Wants("door", milliseconds(100 * from), false));
    recorder.Show("door", milliseconds(100 * from), large);
    EXPECT_FALSE(WaitForPicture(id).empty());
    if (id == 2) disk.hanging.WaitUntilItHangs();
  }
  EXPECT_GT(recorder.status().failed, 4u);
  disk.hanging.LetGo();
  ASSERT_TRUE(Stop(recorder));
  EXPECT_EQ(recorder.status().failed, kEvents) << "and those that waited";
}

TEST_F(EventRecorderTest, NothingThatIsToldIsLeftOut) {
  Hanging hanging;
  EventRecorder recorder(
      Options(),
      {.files = disk_, .clock = clock_, .pictured = [&](uint64_t id, const std::string&) {
         if (id == 1) hanging.Hang();
       }});
  Tell(recorder, EventNews::What::kBegin, 1, 0);
  Show(recorder, 0, 1);
  hanging.WaitUntilItHangs();
  // More than may wait of frames.
  for (int i = 0; i < 5000; ++i) Tell(recorder, EventNews::What::kPeak, 1, 0);
  Tell(recorder, EventNews::What::kEnd, 1, 0);
  hanging.LetGo();
  ASSERT_TRUE(Stop(recorder));
  const std::string file = "events/" + disk_.ListFolder("events").value().at(1);
  const auto json = nlohmann::json::parse(disk_.ReadFile(file).value());
  EXPECT_TRUE(json.at("clip_is_whole").get<bool>()) << "its end was told";
}

TEST_F(EventRecorderTest, OfASourceThatIsGoneWhatGoesOnIsWholeAsItIs) {
  EventRecorder recorder(Options(), PartsOf(disk_));
  Show(recorder, 0, 20);
  Tell(recorder, EventNews::What::kBegin, 1, 20);
  Show(recorder, 20, 10);
  recorder.Forget("door");
  const Instant end = clock_.Now() + kPatience;
  while (recorder.status().kept == 0 && clock_.Now() < end) std::this_thread::yield();
  EXPECT_EQ(recorder.status().kept, 1u);
  EXPECT_TRUE(recorder.Wants("door", milliseconds(0), false)) << "one of that name begins anew";
}

TEST_F(EventRecorderTest, WhoShowsNeverWaitsAndMemoryIsBounded) {
  const auto hanging = std::make_shared<Hanging>();
  // What is left behind goes on with these.
  static auto* const disk = new MemoryFileSystem();
  static auto* const clock = new SystemClock();
  EventRecorder recorder(
      Options(), {.files = *disk,
                  .clock = *clock,
                  .pictured = [hanging](uint64_t, const std::string&) { hanging->Hang(); }});
  Tell(recorder, EventNews::What::kBegin, 1, 0);
  Show(recorder, 0, 1);
  hanging->WaitUntilItHangs();
  // 500 frames of 360 kB.
  EXPECT_GT(Show(recorder, 1, 1000), 400);
  EXPECT_GT(recorder.status().frames_left_out, 200u);
  EXPECT_FALSE(recorder.Stop(clock->Now() + milliseconds(50))) << "it is left behind";
  hanging->LetGo();
  const Instant end = clock->Now() + kPatience;
  while (recorder.status().kept == 0 && clock->Now() < end) std::this_thread::yield();
  EXPECT_EQ(recorder.status().kept, 1u) << "and ends what it has begun";
}

}  // namespace
}  // namespace hypnos
