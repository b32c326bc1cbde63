#include "lab/run_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <string>
#include <vector>

#include "hypnos/base/format.h"
#include "support/failing_file_system.h"
#include "support/memory_file_system.h"
#include "support/simulated_clock.h"

namespace hypnos::lab {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Cells that give ten times their seed, and write down that they were run.
class RunPlanTest : public testing::Test {
 protected:
  RunPlanTest() {
    plan_.key_columns = {"rule", "seed"};
    plan_.result_columns = {"accuracy"};
    for (const std::string seed : {"1", "2", "3"}) {
      AddCell("deferred", seed, [seed](const GoOn&) -> Result<Row> { return Row{seed + "0"}; });
    }
  }

  void AddCell(const std::string& rule, const std::string& seed,
               const std::function<Result<Row>(const GoOn&)>& run) {
    plan_.cells.push_back({{rule, seed}, 1, [this, seed, run](const GoOn& go_on) {
                             run_.push_back(seed);
                             return run(go_on);
                           }});
  }

  ResultsFile Open(FileSystem& disk) {
    auto results = ResultsFile::Open(disk, "x.csv", plan_.key_columns, plan_.result_columns);
    HYPNOS_CHECK(results.ok());
    return *std::move(results);
  }
  Status Run(ResultsFile& results) { return RunPlan(plan_, {}, clock_, interrupt_, results); }

  Plan plan_;
  std::vector<std::string> run_;
  MemoryFileSystem disk_;
  SimulatedClock clock_;
  Interrupt interrupt_;
};

TEST_F(RunPlanTest, WritesARowForEachCell) {
  ResultsFile results = Open(disk_);
  ASSERT_TRUE(Run(results).ok());
  EXPECT_EQ(*disk_.ReadFile("x.csv"),
            "rule,seed,accuracy\ndeferred,1,10\ndeferred,2,20\ndeferred,3,30\n");
}

TEST_F(RunPlanTest, SkipsCellsThatAreInTheFile) {
  disk_.WriteFile("x.csv", "rule,seed,accuracy\ndeferred,2,99\nother,1,5\n");
  ResultsFile results = Open(disk_);
  ASSERT_TRUE(Run(results).ok());
  EXPECT_THAT(run_, ElementsAre("1", "3"));
  EXPECT_EQ(*disk_.ReadFile("x.csv"),
            "rule,seed,accuracy\ndeferred,2,99\nother,1,5\ndeferred,1,10\ndeferred,3,30\n");
  run_.clear();
  ASSERT_TRUE(Run(results).ok());
  EXPECT_THAT(run_, IsEmpty());
}

TEST_F(RunPlanTest, StopsAtTheFirstErrorAndKeepsWhatIsDone) {
  plan_.cells[1].run = [](const GoOn&) -> Result<Row> {
    return Error{Code::kInvalidArgument, "BAD", "bad cell"};
  };
  ResultsFile results = Open(disk_);
  const Status done = Run(results);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().message, "bad cell");
  EXPECT_EQ(*disk_.ReadFile("x.csv"), "rule,seed,accuracy\ndeferred,1,10\n");
}

TEST_F(RunPlanTest, AFullDiskEndsTheRun) {
  FailingFileSystem disk(disk_);
  ResultsFile results = Open(disk);
  disk.FailAt(2, {Code::kResourceExhausted, "DISK_FULL", "the disk is full"});
  const Status done = Run(results);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().reason, "DISK_FULL");
  EXPECT_THAT(run_, ElementsAre("1"));
}

TEST_F(RunPlanTest, AnInterruptStopsTheCellUnderWayAndKeepsWhatIsDone) {
  plan_.cells[1].run = [](const GoOn& go_on) -> Result<Row> {
    EXPECT_TRUE(go_on(0));
    raise(SIGINT);
    EXPECT_FALSE(go_on(1));
    return Error{Code::kCancelled, "STOPPED", "stopped"};
  };
  ResultsFile results = Open(disk_);
  const Status done = Run(results);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, Code::kCancelled);
  EXPECT_THAT(run_, ElementsAre("1"));
  EXPECT_EQ(*disk_.ReadFile("x.csv"), "rule,seed,accuracy\ndeferred,1,10\n");
}

TEST_F(RunPlanTest, AnInterruptBetweenCellsBeginsNoFurtherOne) {
  plan_.cells[0].run = [](const GoOn&) -> Result<Row> {
    raise(SIGTERM);
    return Row{"10"};
  };
  ResultsFile results = Open(disk_);
  EXPECT_EQ(Run(results).error().code, Code::kCancelled);
  EXPECT_THAT(run_, IsEmpty());
  EXPECT_EQ(*disk_.ReadFile("x.csv"), "rule,seed,accuracy\ndeferred,1,10\n");
}

TEST_F(RunPlanTest, ThreadsRunEachCellOnce) {
  plan_.cells.clear();
  std::atomic<int> run = 0;
  for (int i = 0; i < 40; ++i) {
    plan_.cells.push_back({{"deferred", Format("{}", i)}, 1, [&run, i](const GoOn& go_on) {
                             ++run;
                             EXPECT_TRUE(go_on(1));
                             return Result<Row>(Row{Format("{}", i)});
                           }});
  }
  ResultsFile results = Open(disk_);
  ASSERT_TRUE(RunPlan(plan_, {.threads = 4}, clock_, interrupt_, results).ok());
  EXPECT_EQ(run, 40);
  const ResultsFile again = Open(disk_);
  for (int i = 0; i < 40; ++i) {
    const Row* row = again.Find({"deferred", Format("{}", i)});
    ASSERT_NE(row, nullptr) << i;
    EXPECT_EQ(row->front(), Format("{}", i));
  }
}

TEST_F(RunPlanTest, SumsUpNothingWhereNothingWasRun) {
  EXPECT_EQ(MeansOverSeeds(plan_, Open(disk_)), "");
}

TEST_F(RunPlanTest, SumsUpOverSeeds) {
  AddCell("looking", "1", [](const GoOn&) -> Result<Row> { return Row{"5"}; });
  AddCell("unfinished", "1", [](const GoOn&) -> Result<Row> { return Row{"5"}; });
  disk_.WriteFile("x.csv",
                  "rule,seed,accuracy\ndeferred,1,10\ndeferred,2,20\ndeferred,3,30\nlooking,1,5\n"
                  "not in the plan,1,7\n");
  EXPECT_EQ(MeansOverSeeds(plan_, Open(disk_)),
            "| rule | accuracy | seeds |\n"
            "| --- | --- | --- |\n"
            "| deferred | 20.00 ± 10.00 | 3 |\n"
            "| looking | 5.00 | 1 |\n");
}

}  // namespace
}  // namespace hypnos::lab
