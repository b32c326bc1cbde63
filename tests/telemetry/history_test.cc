#include "hypnos/telemetry/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/temp_dir.h"
#include "telemetry/failing_vfs.h"
#include "telemetry/history_database.h"
#include "telemetry/sqlite.h"

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
  // States, in the order in which they were written, and nothing of what memory knows.
  std::vector<int> StatesOnDisk() const {
    auto sql =
        SqlDatabase::Open(folder_.File(HistoryDatabase::kFileName), SqlDatabase::Mode::kRead, "");
    auto select = sql->Prepare("SELECT state FROM changes ORDER BY id");
    std::vector<int> states;
    while (*select->Next()) states.push_back(static_cast<int>(select->Integer(0)));
    return states;
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

TEST_F(HistoryOnDiskTest, WhoAsksADiskThatHangsHearsWhatMemoryKnows) {
  HistoryOptions options = Options();
  options.patience = std::chrono::milliseconds(50);
  options.read_patience = std::chrono::milliseconds(700);
  const SystemClock clock;
  {
    History history(options);
    history.Add(Sample(kNow));
    WaitUntilWritten(history, 1);
    FailingVfs::reading_hangs = true;
    const HistoryQuery all{.series = {"x"}, .from = kNow - 100, .width = 200};
    Instant begin = clock.Now();
    const auto first = history.Read(all);
    ASSERT_TRUE(first.ok());
    EXPECT_THAT(first->incomplete, HasSubstr("has not answered for 0.7 s"));
    EXPECT_EQ(first->series.at("x")[0].count, 1U);
    EXPECT_GE(clock.Now() - begin, options.read_patience);
    // Nobody waits a second time; and for what is in memory nobody waits at all.
    begin = clock.Now();
    EXPECT_NE(history.Read(all)->incomplete, "");
    EXPECT_EQ(history.Read({.series = {"x"}, .from = kNow, .width = 1})->incomplete, "");
    EXPECT_LT(clock.Now() - begin, options.read_patience);
    EXPECT_FALSE(history.Close()) << "somebody still reads";
  }
  FailingVfs::reading_hangs = false;
  // Until whoever was left behind has come back.
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

TEST_F(HistoryOnDiskTest, EndsWhileSomebodyWaitsForADiskThatHangs) {
  HistoryOptions options = Options();
  options.patience = std::chrono::milliseconds(50);
  options.read_patience = std::chrono::hours(1);
  History history(options);
  FailingVfs::reading_hangs = true;
  std::thread asks([&] {
    EXPECT_THAT(history.Read({.from = kNow, .width = 1})->incomplete, HasSubstr("stopping"));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  history.EndReading();
  asks.join();
  EXPECT_FALSE(history.Close());
  FailingVfs::reading_hangs = false;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

// No clock of its own, or an empty battery: until it is set the machine is in another year.
TEST_F(HistoryOnDiskTest, AClockThatWasWrongHidesNothing) {
  {
    History history(Options());
    history.Add(HistoryChange{.time = (kNow - 500) * 1000, .source = "door", .state = 1});
    for (int64_t i = 0; i < 100; ++i) history.Add(Sample(kNow - 500 + i));
  }
  for (const int64_t wrong : {int64_t{946'684'800}, kNow + 7200}) {
    History history(Options());
    history.Add(HistoryChange{.time = wrong * 1000, .source = "yard", .state = 1});
    history.Add(Sample(wrong));
    for (int64_t i = 0; i < 10; ++i) history.Add(Sample(kNow + i));
    const auto answer =
        history.Read({.series = {"x"}, .from = kNow - 1000, .width = 100, .buckets = 11});
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->series.at("x")[5].count, 100U) << wrong;
    EXPECT_GE(answer->series.at("x")[10].count, 10U) << wrong;
    const bool told = std::ranges::any_of(
        answer->changes, [](const HistoryChange& change) { return change.source == "door"; });
    EXPECT_TRUE(told) << wrong;
  }
}

TEST_F(HistoryOnDiskTest, PhasesGoOnAfterADiskThatWasFull) {
  History history(Options());
  history.Add(HistoryChange{.time = kNow * 1000, .state = 1});
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  FailingVfs::full = true;
  history.Add(Sample(kNow + 1));
  WaitUntil([&] { return !history.status().failing.empty(); });
  FailingVfs::full = false;
  WaitUntilWritten(history, 2);
  EXPECT_THAT(StatesOnDisk(), ElementsAre(1));
}

TEST_F(HistoryOnDiskTest, AnotherFileIsToldInWhichPhaseEachSourceIs) {
  History history(Options());
  history.Add(HistoryChange{.time = kNow * 1000, .source = "gone", .state = 1});
  history.Add(HistoryChange{.time = (kNow + 1) * 1000, .source = "gone"});
  history.Add(HistoryChange{.time = (kNow + 2) * 1000, .source = "door", .state = 1});
  history.Add(HistoryChange{.time = (kNow + 3) * 1000, .source = "door", .state = 2});
  history.Add(Sample(kNow + 3));
  WaitUntilWritten(history, 1);
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    std::filesystem::remove(entry.path());
  }
  history.Add(Sample(kNow + 4));
  WaitUntilWritten(history, 2);
  EXPECT_THAT(StatesOnDisk(), ElementsAre(2));
}

TEST_F(HistoryOnDiskTest, WaitsWithABoundedNumberOfValues) {
  FailingVfs::full = true;
  History history(Options());
  HistorySample large{.time = kNow};
  for (int i = 0; i < 2000; ++i) large.values.emplace_back("x" + std::to_string(i), 1.0);
  for (int i = 0; i < 300; ++i) {
    ++large.time;
    history.Add(large);
  }
  WaitUntil([&] { return history.status().lost == 50; });
}

TEST_F(HistoryOnDiskTest, ReadsADamagedOneOnceAndLosesNothingThatCameMeanwhile) {
  { History(Options()).Add(Sample(kNow - 1)); }
  // A table whose root lies within another one: it opens, and only whoever looks at all of it sees.
  {
    auto sql =
        SqlDatabase::Open(folder_.File(HistoryDatabase::kFileName), SqlDatabase::Mode::kWrite, "");
    ASSERT_TRUE(sql->Execute("CREATE TABLE other(x); INSERT INTO other VALUES(1); "
                             "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = "
                             "(SELECT rootpage FROM sqlite_schema WHERE name = 'points') "
                             "WHERE name = 'other'")
                    .ok());
  }
  History history(Options());
  history.Add(Sample(kNow));
  WaitUntilWritten(history, 1);
  EXPECT_TRUE(std::filesystem::exists(folder_.File(HistoryDatabase::kDamagedName)));
  history.Close();
  History after(Options());
  EXPECT_EQ(CountOf(after), 1U);
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
  const auto answer = history.Read({.series = {"x"}, .from = kNow - 9, .width = 10});
  ASSERT_TRUE(answer.ok());
  EXPECT_NE(answer->incomplete, "");
  EXPECT_EQ(answer->series.at("x")[0].count, 1U);
  std::filesystem::rename(away, folder_.path());
}

// Killed at any moment, the next one reads all that was written before.
TEST_F(HistoryOnDiskTest, OutlivesAKill) {
  uint64_t before = 0;
  for (int round = 0; round < 10; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      History history(Options());
      for (int64_t i = 0;; ++i) {
        history.Add(Sample(kNow + round * 1000 + i));
        const uint64_t written = history.status().written;
        (void)!write(ends[1], &written, sizeof(written));
        std::this_thread::sleep_for(std::chrono::microseconds(500));
      }
    }
    close(ends[1]);
    uint64_t written = 0;
    while (written == 0) ASSERT_EQ(read(ends[0], &written, sizeof(written)), sizeof(written));
    // Somewhere within what it does.
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * round));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(ends[0], &written, sizeof(written)) > 0) {
    }
    close(ends[0]);
    History history(Options());
    history.Add(Sample(kNow + 50'000 + round));
    WaitUntilWritten(history, 1);
    const uint64_t now = CountOf(history);
    EXPECT_GE(now, before + written + 1) << round;
    before = now;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.File(HistoryDatabase::kDamagedName)));
}

}  // namespace
}  // namespace hypnos
