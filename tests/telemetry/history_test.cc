#include "hypnos/telemetry/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <thread>

#include "support/temp_dir.h"
#include "telemetry/failing_vfs.h"
#include "telemetry/history_database.h"

namespace hypnos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kNow = 1'764'150'000;

HistorySample Sample(int64_t time, double value = 1) { return {time, {{"x", value}}}; }

HistoryOptions InMemory() { return {}; }

void WaitUntil(const std::function<bool()>& true_now) {
  for (int i = 0; i < 20'000 && !true_now(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ASSERT_TRUE(true_now());
}

class HistoryOnDiskTest : public testing::Test {
 protected:
  // One that does not let a test wait.
  HistoryOptions Options() const {
    return {.folder = folder_.path(),
            .write_every = std::chrono::milliseconds(2),
            .retry_every = std::chrono::milliseconds(5),
            .vfs = FailingVfs::kName};
  }
  static uint64_t CountOf(const History& history) {
    const auto answer =
        history.Read({.series = {"x"}, .from = kNow - 100'000, .width = 200'000, .buckets = 1});
    EXPECT_TRUE(answer.ok());
    EXPECT_EQ(answer->incomplete, "");
    const auto found = answer->series.find("x");
    return found == answer->series.end() ? 0 : found->second[0].count;
  }
  static void WaitUntilWritten(const History& history, uint64_t samples) {
    WaitUntil([&] { return history.status().written >= samples; });
  }

  FailingVfs disk_;
  TempDir folder_;
};

TEST(HistoryInMemory, AnswersFromMemory) {
  History history(InMemory());
  for (int64_t i = 0; i < 10; ++i) history.Add(Sample(kNow + i, static_cast<double>(i)));
  const auto answer = history.Read({.series = {"*"}, .from = kNow, .width = 5, .buckets = 2});
  ASSERT_TRUE(answer.ok());
  EXPECT_THAT(answer->names, ElementsAre("x"));
  EXPECT_EQ(answer->series.at("x")[1].mean(), 7);
  EXPECT_EQ(history.status().series, 1U);
  EXPECT_EQ(history.status().folder, "");
}

TEST(HistoryInMemory, RefusesMorePointsThanAnybodyCanLookAt) {
  History history(InMemory());
  history.Add({kNow, {{"a", 1.0}, {"b", 1.0}, {"c", 1.0}}});
  const HistoryQuery query{.series = {"*"}, .from = kNow, .width = 1, .buckets = 70'000};
  EXPECT_EQ(history.Read(query).error().reason, "TOO_MANY_POINTS");
}

TEST(HistoryInMemory, TellsOneChangeABucketAndThePhaseBefore) {
  History history(InMemory());
  for (int64_t i = 0; i < 100; ++i) {
    history.Add(HistoryChange{.time = kNow * 1000 + i * 100, .state = static_cast<int>(i)});
  }
  history.Add(HistoryChange{.time = kNow * 1000, .kind = HistoryChange::Kind::kGuard});
  const auto answer = history.Read({.from = kNow + 2, .width = 4, .buckets = 2});
  ASSERT_TRUE(answer.ok());
  std::vector<int> states;
  for (const HistoryChange& change : answer->changes) states.push_back(change.state);
  EXPECT_THAT(states, ElementsAre(19, 59, 99));
}

TEST_F(HistoryOnDiskTest, AnotherOneGoesOnWhereTheFirstHasEnded) {
  {
    History history(Options());
    for (int64_t i = 0; i < 10; ++i) history.Add(Sample(kNow + i));
  }
  History history(Options());
  history.Add(Sample(kNow + 20));
  EXPECT_EQ(CountOf(history), 11U);
  WaitUntilWritten(history, 1);
  // On disk as well, and not told twice.
  EXPECT_EQ(CountOf(history), 11U);
}

TEST_F(HistoryOnDiskTest, ReadsWhatMemoryHasNoRoomForFromDisk) {
  HistoryOptions options = Options();
  options.recent_samples = 5;
  History history(options);
  for (int64_t i = 0; i < 50; ++i) history.Add(Sample(kNow + i));
  WaitUntilWritten(history, 50);
  EXPECT_EQ(CountOf(history), 50U);
}

TEST_F(HistoryOnDiskTest, AFullDiskIsToldAndMemoryGoesOn) {
  History history(Options());
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  FailingVfs::full = true;
  history.Add(Sample(kNow + 1));
  WaitUntil([&] { return !history.status().failing.empty(); });
  EXPECT_THAT(history.status().failing, HasSubstr("full"));
  EXPECT_EQ(CountOf(history), 2U);
  FailingVfs::full = false;
  WaitUntilWritten(history, 2);
  WaitUntil([&] { return history.status().failing.empty(); });
}

TEST_F(HistoryOnDiskTest, NobodyWaitsForADiskThatHangs) {
  HistoryOptions options = Options();
  options.patience = std::chrono::milliseconds(50);
  const SystemClock clock;
  {
    History history(options);
    history.Add(Sample(kNow));
    WaitUntilWritten(history, 1);
    FailingVfs::hangs = true;
    const Instant begin = clock.Now();
    // Longer than it keeps: the oldest are given up.
    for (int64_t i = 1; i < 5000; ++i) history.Add(Sample(kNow + i));
    EXPECT_LT(clock.Now() - begin, std::chrono::seconds(5));
  }
  FailingVfs::hangs = false;
  // Until whoever was left behind has come back.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

TEST_F(HistoryOnDiskTest, CountsWhatADiskNeverTook) {
  FailingVfs::full = true;
  History history(Options());
  for (int64_t i = 0; i < 3700; ++i) history.Add(Sample(kNow + i));
  WaitUntil([&] { return history.status().lost == 100; });
  FailingVfs::full = false;
  WaitUntilWritten(history, 3600);
}

TEST_F(HistoryOnDiskTest, AFolderThatIsGoneIsWaitedForAndNotMade) {
  History history(Options());
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  const std::string away = folder_.path() + ".away";
  std::filesystem::rename(folder_.path(), away);
  WaitUntil([&] { return !history.status().failing.empty(); });
  EXPECT_THAT(history.status().failing, HasSubstr("is not there"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path()));
  history.Add(Sample(kNow + 1));
  std::filesystem::rename(away, folder_.path());
  WaitUntilWritten(history, 2);
  EXPECT_EQ(CountOf(history), 2U);
}

TEST_F(HistoryOnDiskTest, AFileThatWasRemovedIsBegunAnew) {
  History history(Options());
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::filesystem::remove(entry.path());
  }
  history.Add(Sample(kNow + 1));
  WaitUntilWritten(history, 2);
  EXPECT_TRUE(std::filesystem::exists(folder_.File(HistoryDatabase::kFileName)));
}

TEST_F(HistoryOnDiskTest, ADamagedOneIsSetAsideAndANewOneBegun) {
  std::ofstream(folder_.File(HistoryDatabase::kFileName)) << std::string(8192, 'x');
  std::ofstream(folder_.File(HistoryDatabase::kDamagedName)) << "an older one";
  History history(Options());
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  EXPECT_EQ(std::filesystem::file_size(folder_.File(HistoryDatabase::kDamagedName)), 8192U);
  EXPECT_EQ(CountOf(history), 1U);
}

TEST_F(HistoryOnDiskTest, TellsWhatItCouldWhereTheDiskCannotBeRead) {
  History history(Options());
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  const std::string away = folder_.path() + ".away";
  std::filesystem::rename(folder_.path(), away);
  const auto answer = history.Read({.series = {"x"}, .from = kNow, .width = 1});
  ASSERT_TRUE(answer.ok());
  EXPECT_NE(answer->incomplete, "");
  EXPECT_EQ(answer->series.at("x")[0].count, 1U);
  std::filesystem::rename(away, folder_.path());
}

// Killed at any moment, the next one reads all that was written before.
TEST_F(HistoryOnDiskTest, OutlivesAKill) {
  uint64_t before = 0;
  for (int round = 0; round < 10; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      History history(Options());
      for (int64_t i = 0;; ++i) {
        history.Add(Sample(kNow + round * 1000 + i));
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(60 + 7 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    History history(Options());
    history.Add(Sample(kNow + 50'000 + round));
    WaitUntilWritten(history, 1);
    const uint64_t now = CountOf(history);
    EXPECT_GT(now, before);
    before = now;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.File(HistoryDatabase::kDamagedName)));
}

}  // namespace
}  // namespace hypnos
