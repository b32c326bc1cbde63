#include "telemetry/history_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "hypnos/base/format.h"
#include "hypnos/base/rng.h"
#include "support/temp_dir.h"
#include "telemetry/history_on_disk.h"
#include "telemetry/history_tiers.h"
#include "telemetry/sqlite.h"

namespace hypnos {
namespace {

using Kind = HistoryChange::Kind;

constexpr int64_t kNow = 1'764'150'000;  // a multiple of ten minutes
constexpr int64_t kLater = std::numeric_limits<int64_t>::max() / 1000;

class HistoryDatabaseTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open() {
    database_.reset();
    auto opened = HistoryDatabase::Open(folder_.path(), "");
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    database_ = std::make_unique<HistoryDatabase>(*std::move(opened));
  }

  Status OpenAndCheck() const {
    HYPNOS_ASSIGN_OR_RETURN(auto opened, HistoryDatabase::Open(folder_.path(), ""));
    return opened.Check();
  }

  // A figure each second, from `first` to `last`.
  void Write(int64_t first, int64_t last, const std::string& name = "x") {
    std::vector<HistorySample> samples;
    for (int64_t time = first; time <= last; ++time) {
      samples.push_back({time, {{name, static_cast<double>(time % 100)}}});
    }
    const Status written = database_->Write(samples, {});
    ASSERT_TRUE(written.ok()) << written.error().message;
  }

  HistoryAnswer Read(const HistoryQuery& query, const KnownTimes& known = {}) {
    const std::atomic<bool> stop = false;
    auto answer = ReadHistory({folder_.path(), ""}, query, known, stop);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    if (!answer.ok()) return {};
    std::ranges::sort(answer->changes, {}, &HistoryChange::time);
    return *std::move(answer);
  }
  HistoryBucket All(const std::string& name = "x") {
    const HistoryQuery query{.series = {name}, .from = 0, .width = kLater / 2, .buckets = 1};
    const auto answer = Read(query);
    const auto found = answer.series.find(name);
    return found == answer.series.end() ? HistoryBucket() : found->second[0];
  }

  // Of somebody else, with whatever tool.
  SqlDatabase Sql() const {
    auto sql =
        SqlDatabase::Open(folder_.File(HistoryDatabase::kFileName), SqlDatabase::Mode::kWrite, "");
    EXPECT_TRUE(sql.ok());
    return *std::move(sql);
  }
  int64_t Number(const std::string& question) const { return *Sql().Number(question); }

  // How many rows there are in each tier.
  std::vector<int64_t> Rows() {
    std::vector<int64_t> rows;
    for (size_t tier = 0; tier < kHistoryTiers.size(); ++tier) {
      rows.push_back(Number(Format("SELECT count(*) FROM points WHERE tier = {}", tier)));
    }
    return rows;
  }

  TempDir folder_;
  std::unique_ptr<HistoryDatabase> database_;
};

TEST_F(HistoryDatabaseTest, TellsWhatWasWritten) {
  Write(kNow, kNow + 9);
  const auto answer = Read({.series = {"x"}, .from = kNow, .width = 5, .buckets = 3});
  const auto& buckets = answer.series.at("x");
  EXPECT_EQ(buckets[0].min, 0);
  EXPECT_EQ(buckets[0].max, 4);
  EXPECT_EQ(buckets[0].mean(), 2);
  EXPECT_EQ(buckets[1].mean(), 7);
  EXPECT_EQ(buckets[2].count, 0U);
  EXPECT_EQ(answer.names, std::vector<std::string>{"x"});
}

TEST_F(HistoryDatabaseTest, TellsNothingOfWhatIsKnownAlready) {
  Write(kNow, kNow + 9);
  const HistoryQuery query{.series = {"x"}, .from = kNow, .width = 10};
  EXPECT_EQ(Read(query, {.samples = {{kNow + 4, kNow + 7}}}).series["x"][0].count, 7U);
  EXPECT_EQ(Read(query, {.samples = {{kNow - 9, kNow + 10}}}).series["x"][0].count, 0U);
}

TEST_F(HistoryDatabaseTest, NamesMayBeAnything) {
  const std::string name = "x@'); DROP TABLE points; --\xff\n";
  Write(kNow, kNow + 2, name);
  EXPECT_EQ(All(name).count, 3U);
}

// Sources that come and go under ever new names.
TEST_F(HistoryDatabaseTest, HasABoundedNumberOfSeries) {
  HistorySample sample{.time = kNow};
  for (int64_t i = 0; i < HistoryDatabase::kMostSeries + 50; ++i) {
    sample.values.emplace_back(std::to_string(i), 1.0);
  }
  ASSERT_TRUE(database_->Write({sample}, {}).ok());
  EXPECT_EQ(Number("SELECT count(*) FROM series"), HistoryDatabase::kMostSeries);
  EXPECT_EQ(Number("SELECT count(*) FROM points"), HistoryDatabase::kMostSeries);
  sample = {kNow + 1, {{"7", 1.0}}};
  ASSERT_TRUE(database_->Write({sample}, {}).ok());
  EXPECT_EQ(All("7").count, 2U);
}

// What is old becomes coarser, and least, mean, largest and count of all of it stay what they were.
TEST_F(HistoryDatabaseTest, ThinsWithAgeAndLosesNothingOfTheSums) {
  std::vector<HistorySample> samples;
  Rng rng(7);
  for (int64_t age = 100 * 86'400; age > 0; age -= age > 90'000 ? 97 : 1) {
    samples.push_back({kNow - age, {{"x", rng.Uniform()}, {"y", -rng.Uniform()}}});
  }
  ASSERT_TRUE(database_->Write(samples, {}).ok());
  const HistoryBucket before = All();
  ASSERT_TRUE(database_->Thin(kNow).ok());
  const HistoryBucket after = All();
  EXPECT_EQ(after.count, before.count);
  EXPECT_EQ(after.min, before.min);
  EXPECT_EQ(after.max, before.max);
  EXPECT_NEAR(after.mean(), before.mean(), 1e-9);
  const auto rows = Rows();
  EXPECT_EQ(rows[0], 2 * 3600);
  EXPECT_EQ(rows[1], 2 * (86'400 - 3600) / 10);
  EXPECT_LE(rows[2], 2 * 29 * 1440);
  EXPECT_LE(rows[3], 2 * 70 * 144 + 2);
  EXPECT_GT(rows[3], 2 * 69 * 144);
}

// A minute at a time, as the daemon does, comes to the same as all at once.
TEST_F(HistoryDatabaseTest, ThinsTheSameInAnyNumberOfGoes) {
  Write(kNow - 7200, kNow);
  for (int64_t now = kNow - 3600; now <= kNow; now += 60) ASSERT_TRUE(database_->Thin(now).ok());
  const auto rows = Rows();
  EXPECT_EQ(rows[0], 3601);
  EXPECT_EQ(rows[1], 360);
  EXPECT_EQ(All().count, 7201U);
}

TEST_F(HistoryDatabaseTest, TakesAClockThatIsSetBack) {
  Write(kNow - 5000, kNow);
  ASSERT_TRUE(database_->Thin(kNow).ok());
  Write(kNow - 4500, kNow - 4400);
  ASSERT_TRUE(database_->Thin(kNow).ok());
  EXPECT_EQ(All().count, 5001U + 101U);
}

TEST_F(HistoryDatabaseTest, KeepsToItsBudgetAndToTheNewest) {
  for (int64_t day = 60; day > 0; --day) Write(kNow - day * 86'400, kNow - day * 86'400 + 20'000);
  ASSERT_TRUE(database_->Thin(kNow).ok());
  constexpr uint64_t kBudget = 400'000;
  ASSERT_GT(*database_->Bytes(), kBudget);
  ASSERT_TRUE(database_->KeepTo(kBudget).ok());
  EXPECT_LE(*database_->Bytes(), kBudget);
  const auto times = *database_->Times();
  ASSERT_TRUE(times);
  // The newest stay, if coarser: they lie in buckets of ten minutes at most.
  EXPECT_GE(times->last, kNow - 86'400 + 20'000 - 600);
  EXPECT_GT(All().count, 0U);
}

// Years of old figures must not leave nothing fine of today.
TEST_F(HistoryDatabaseTest, LeavesEachTierItsShareOfTheBudget) {
  std::vector<HistorySample> samples;
  for (int64_t i = 0; i < 40'000; ++i) samples.push_back({kNow - 4000 - 600 * i, {{"x", 1.0}}});
  ASSERT_TRUE(database_->Write(samples, {}).ok());
  Write(kNow - 3600, kNow);
  ASSERT_TRUE(database_->Thin(kNow).ok());
  ASSERT_TRUE(database_->KeepTo(600'000).ok());
  const auto rows = Rows();
  EXPECT_GE(rows[0], 3600);
  EXPECT_GT(rows[3], 3000);
}

// Whoever dumps a database and loads it again, or recovers it, leaves one that never shrinks.
TEST_F(HistoryDatabaseTest, MakesOneShrinkThatSomebodyElseWrote) {
  for (int64_t day = 20; day > 0; --day) Write(kNow - day * 86'400, kNow - day * 86'400 + 9000);
  database_.reset();
  ASSERT_TRUE(Sql().Execute("PRAGMA auto_vacuum = NONE; VACUUM").ok());
  ASSERT_EQ(Number("PRAGMA auto_vacuum"), 0);
  Open();
  EXPECT_EQ(Number("PRAGMA auto_vacuum"), 2);
  constexpr uint64_t kBudget = 1'000'000;
  ASSERT_GT(*database_->Bytes(), kBudget);
  ASSERT_TRUE(*database_->KeepTo(kBudget));
  EXPECT_LE(*database_->Bytes(), kBudget);
  EXPECT_GT(Rows()[0], 1000);
}

// Or else all would be given up for a file that stays as large as it is.
TEST_F(HistoryDatabaseTest, GivesUpNoMoreWhereTheFileCannotShrink) {
  for (int64_t day = 20; day > 0; --day) Write(kNow - day * 86'400, kNow - day * 86'400 + 9000);
  ASSERT_TRUE(Sql().Execute("PRAGMA auto_vacuum = NONE; VACUUM").ok());
  ASSERT_TRUE(*database_->KeepTo(1'000'000));
  ASSERT_TRUE(*database_->KeepTo(1'000'000));
  EXPECT_GT(Rows()[0], 1000);
}

// A small network on a file may fall asleep and wake many times a second.
TEST_F(HistoryDatabaseTest, PhasesGiveUpTheirShareToo) {
  std::vector<HistoryChange> changes;
  changes.reserve(50'001);
  for (int64_t i = 0; i < 50'000; ++i) {
    changes.push_back({.time = (kNow - 3000) * 1000 + i * 60, .state = static_cast<int>(i % 2)});
  }
  changes.push_back({.time = (kNow - 3001) * 1000, .source = "still", .state = 2});
  Write(kNow - 3600, kNow);
  ASSERT_TRUE(database_->Write({}, changes).ok());
  ASSERT_TRUE(database_->Thin(kNow).ok());
  ASSERT_TRUE(*database_->KeepTo(600'000));
  EXPECT_EQ(Rows()[0], 3601);
  EXPECT_GT(Number("SELECT count(*) FROM changes"), 100);
  // In which phase each is stays known.
  const auto now = Read({.from = kNow + 10}).changes;
  ASSERT_EQ(now.size(), 2U);
  EXPECT_EQ(now[0].state, 2);
  EXPECT_EQ(now[1], changes[49'999]);
}

TEST_F(HistoryDatabaseTest, SaysThatThereIsNothingMoreToGive) {
  std::vector<HistoryChange> changes;
  changes.reserve(5000);
  for (int i = 0; i < 5000; ++i) {
    changes.push_back({.time = kNow * 1000, .source = std::to_string(i), .state = 1});
  }
  Write(kNow, kNow);
  ASSERT_TRUE(database_->Write({}, changes).ok());
  EXPECT_FALSE(*database_->KeepTo(100'000));
  EXPECT_EQ(Number("SELECT count(*) FROM changes"), 5000);
}

TEST_F(HistoryDatabaseTest, OnePointOfAnotherCenturyCostsNothing) {
  for (const int64_t wrong : {int64_t{4'070'908'800}, int64_t{0}}) Write(wrong, wrong);
  Write(kNow - 3600, kNow);
  for (int64_t day = 60; day > 0; --day) Write(kNow - day * 86'400, kNow - day * 86'400 + 9000);
  ASSERT_TRUE(database_->Thin(kNow).ok());
  ASSERT_TRUE(*database_->KeepTo(400'000));
  EXPECT_GE(Rows()[0], 1800);
}

TEST_F(HistoryDatabaseTest, SaysAgainInWhichPhaseEachIsWhereThatIsNotKnown) {
  const HistoryChange awake{.time = kNow * 1000, .source = "a", .state = 1};
  const LastPhases phases = {{"a", awake}};
  ASSERT_TRUE(database_->Restate(phases).ok());
  ASSERT_TRUE(database_->Restate(phases).ok());
  EXPECT_EQ(Number("SELECT count(*) FROM changes"), 1);
  ASSERT_TRUE(database_->Write({}, {{.time = (kNow + 7) * 1000, .source = "a", .state = 2}}).ok());
  ASSERT_TRUE(database_->Restate(phases).ok());
  EXPECT_EQ(Number("SELECT time FROM changes ORDER BY id DESC LIMIT 1"), (kNow + 7) * 1000 + 1);
}

// Each value is in one tier, also while what is old goes on to the next one.
TEST_F(HistoryDatabaseTest, TellsOfOneMomentWhileItIsThinned) {
  Write(kNow - 20'000, kNow);
  std::atomic<bool> over = false;
  std::thread thins([&] {
    for (int64_t now = kNow - 16'000; now <= kNow + 80'000; now += 200) {
      EXPECT_TRUE(database_->Thin(now).ok());
    }
    over = true;
  });
  while (!over) ASSERT_EQ(All().count, 20'001U);
  thins.join();
}

TEST_F(HistoryDatabaseTest, WhoReadsIsStopped) {
  Write(kNow - 5000, kNow);
  const std::atomic<bool> stop = true;
  const auto answer = ReadHistory(
      {folder_.path(), ""}, {.series = {"x"}, .from = kNow - 5000, .buckets = 5000}, {}, stop);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().reason, "TOOK_TOO_LONG");
}

TEST_F(HistoryDatabaseTest, AnEmptyOneHasNothingToGive) {
  EXPECT_FALSE(*database_->KeepTo(0));
  EXPECT_TRUE(database_->Thin(kNow).ok());
  EXPECT_FALSE(database_->Times()->has_value());
}

TEST_F(HistoryDatabaseTest, ForgetsSeriesOfWhichNothingIsLeft) {
  Write(kNow - 400 * 86'400, kNow - 400 * 86'400 + 50, "old");
  Write(kNow - 60, kNow, "new");
  ASSERT_TRUE(database_->Thin(kNow).ok());
  ASSERT_TRUE(database_->KeepTo(1).ok());
  EXPECT_EQ(Read({}).names, std::vector<std::string>{"new"});
  // And they may come again.
  Write(kNow + 1, kNow + 5, "old");
  EXPECT_EQ(All("old").count, 5U);
}

TEST_F(HistoryDatabaseTest, TellsPhasesAndTheOneBefore) {
  ASSERT_TRUE(
      database_
          ->Write({}, {{.time = (kNow - 50) * 1000, .source = "a", .state = 1},
                       {.time = (kNow - 40) * 1000, .source = "a", .state = 2},
                       {.time = (kNow + 3) * 1000, .source = "a", .state = 1, .text = "why"},
                       {.time = kNow * 1000 + 10, .kind = Kind::kGuard, .text = "rolled"},
                       {.time = (kNow + 99) * 1000, .source = "a", .state = 2}})
          .ok());
  const auto changes = Read({.from = kNow, .width = 1, .buckets = 10}).changes;
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].state, 2);
  EXPECT_EQ(changes[1].kind, Kind::kGuard);
  EXPECT_EQ(changes[1].text, "rolled");
  EXPECT_EQ(changes[2].time, (kNow + 3) * 1000);
  EXPECT_EQ(changes[2].text, "why");
}

TEST_F(HistoryDatabaseTest, ThinsPhasesWithAgeButNotWhatTheyCameTo) {
  std::vector<HistoryChange> changes;
  for (int64_t i = 0; i < 5000; ++i) {
    changes.push_back({.time = (kNow - 7200) * 1000 + i * 700, .state = static_cast<int>(i % 2)});
  }
  ASSERT_TRUE(database_->Write({}, changes).ok());
  ASSERT_TRUE(database_->Thin(kNow).ok());
  const auto kept = Read({.from = kNow - 8000, .width = 1, .buckets = 9000}).changes;
  EXPECT_EQ(kept.size(), 350U);  // 3500 s, one in ten seconds
  EXPECT_EQ(kept.back(), changes.back());
}

TEST_F(HistoryDatabaseTest, APhaseEndsWithTheFiguresOfWhoeverWasKilledInIt) {
  Write(kNow, kNow + 5);
  ASSERT_TRUE(database_->Write({}, {{.time = kNow * 1000, .source = "a", .state = 1}}).ok());
  Open();
  ASSERT_TRUE(database_->EndPhases().ok());
  ASSERT_TRUE(database_->EndPhases().ok());
  const auto changes = Read({.from = kNow - 10, .width = 100}).changes;
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].state, HistoryChange::kNobody);
  EXPECT_EQ(changes[0].time, (kNow + 6) * 1000);
  EXPECT_EQ(changes[0].source, "a");
}

TEST_F(HistoryDatabaseTest, NoticesThatItsFileIsGone) {
  EXPECT_TRUE(database_->IsThere());
  std::filesystem::rename(folder_.File(HistoryDatabase::kFileName), folder_.File("elsewhere"));
  EXPECT_FALSE(database_->IsThere());
  std::ofstream(folder_.File(HistoryDatabase::kFileName)) << "";
  EXPECT_FALSE(database_->IsThere());
}

TEST_F(HistoryDatabaseTest, LeavesTheDatabaseOfANewerProgramAlone) {
  ASSERT_TRUE(Sql().Execute("PRAGMA user_version = 99").ok());
  database_.reset();
  const auto opened = HistoryDatabase::Open(folder_.path(), "");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().reason, "NEWER_DATABASE");
}

TEST_F(HistoryDatabaseTest, SaysThatItIsDamagedWhicheverPageIsWrong) {
  Write(kNow - 5000, kNow);
  database_.reset();
  const std::string path = folder_.File(HistoryDatabase::kFileName);
  std::ifstream file(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), {});
  constexpr size_t kPage = 4096;
  Rng rng(3);
  for (size_t page = 0; page < good.size() / kPage; ++page) {
    std::string bad = good;
    for (size_t i = 0; i < 200; ++i) {
      bad[page * kPage + i] = static_cast<char>(rng.Uniform() * 256);
    }
    std::ofstream(path, std::ios::binary) << bad;
    const Status sound = OpenAndCheck();
    ASSERT_FALSE(sound.ok()) << page;
    EXPECT_EQ(sound.error().code, Code::kDataLoss) << sound.error().message;
  }
  for (const std::string& bad : {good.substr(0, good.size() / 2), std::string("no database")}) {
    std::ofstream(path, std::ios::binary) << bad;
    const Status sound = OpenAndCheck();
    ASSERT_FALSE(sound.ok());
    EXPECT_EQ(sound.error().code, Code::kDataLoss) << sound.error().message;
  }
}

// Of one that is wrong within, what is done with it may fail, and no more.
TEST_F(HistoryDatabaseTest, LivesWithAnyBytes) {
  Write(kNow - 5000, kNow);
  database_.reset();
  const std::string path = folder_.File(HistoryDatabase::kFileName);
  std::ifstream file(path, std::ios::binary);
  const std::string good((std::istreambuf_iterator<char>(file)), {});
  Rng rng(4);
  for (int i = 0; i < 60; ++i) {
    std::string bad = good;
    const auto at = static_cast<size_t>(rng.Uniform() * static_cast<double>(bad.size() - 50));
    for (size_t j = 0; j < 50; ++j) bad[at + j] = static_cast<char>(rng.Uniform() * 256);
    std::ofstream(path, std::ios::binary) << bad;
    auto opened = HistoryDatabase::Open(folder_.path(), "");
    if (!opened.ok() || !opened->Check().ok()) continue;
    const Status thinned = opened->Thin(kNow + 100'000);
    EXPECT_TRUE(thinned.ok() || thinned.error().code == Code::kDataLoss);
    const std::atomic<bool> stop = false;
    (void)ReadHistory({folder_.path(), ""},
                      {.series = {"*"}, .from = kNow - 600, .width = 200, .buckets = 3}, {}, stop);
  }
}

}  // namespace
}  // namespace hypnos
