#include "lab/nab.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "lab/nab_cell.h"
#include "lab/nab_data.h"
#include "support/temp_dir.h"

namespace hypnos::lab {
namespace {

using testing::HasSubstr;

constexpr int kRows = 600;
constexpr int kSpike = 500;

// One file: a wave with a spike in it.
class Nab : public testing::Test {
 protected:
  void SetUp() override {
    Write("labels/combined_windows.json",
          R"({"real/wave.csv": [["1970-01-01 02:00:00.000000", "1970-01-01 02:30:00.000000"]]})");
    std::string text = "timestamp,value\n";
    for (int i = 0; i < kRows; ++i) {
      const int minute = i * 15 / 60;
      text += "1970-01-01 " + std::to_string(minute / 60) + ":" + (minute % 60 < 10 ? "0" : "") +
              std::to_string(minute % 60) + ":" +
              (i % 4 == 0 ? "00" : std::to_string(i * 15 % 60)) + "," +
              std::to_string(i == kSpike ? 9.0 : std::sin(i / 7.0)) + "\n";
    }
    Write("data/real/wave.csv", text);
  }

  void Write(const std::string& name, const std::string& text) {
    const std::string path = folder_.File(name);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
  }
  std::string Refused() {
    const auto read = ReadNab(files_, folder_.path());
    EXPECT_FALSE(read.ok());
    return read.ok() ? "" : read.error().message;
  }

  TempDir folder_;
  PosixFileSystem files_;
};

TEST_F(Nab, ReadsFilesAndTheirWindows) {
  const auto read = ReadNab(files_, folder_.path());
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ((*read)[0].rows.size(), size_t{kRows});
  using Window = std::pair<size_t, size_t>;
  EXPECT_EQ((*read)[0].windows, (std::vector<Window>{{480, 599}}));
}

TEST_F(Nab, RefusesWhatIsNoBenchmark) {
  Write("labels/combined_windows.json", R"({"real/wave.csv": [["1980-01-01", "1981-01-01"]]})");
  EXPECT_THAT(Refused(), HasSubstr("a window of its labels has no row"));
  Write("labels/combined_windows.json", R"({"real/wave.csv": [["now"]]})");
  EXPECT_THAT(Refused(), HasSubstr("is not two times"));
  Write("labels/combined_windows.json", R"({"real/wave.csv": 5})");
  EXPECT_THAT(Refused(), HasSubstr("has no list"));
  Write("labels/combined_windows.json", "[");
  EXPECT_THAT(Refused(), HasSubstr("no JSON"));
  Write("labels/combined_windows.json", R"({"real/none.csv": []})");
  EXPECT_THAT(Refused(), HasSubstr("none.csv"));
}

TEST_F(Nab, EveryArmTellsTheSpikeAndNoneLooksAhead) {
  for (const NabArm arm : {NabArm::kFull, NabArm::kGoodness, NabArm::kFrozen, NabArm::kReadOut,
                           NabArm::kCalibration}) {
    const NabCell cell = MakeNabCell(arm, 1);
    const auto whole =
        WatchSeries(cell, folder_.File("data/real/wave.csv"), kRows, [] { return true; });
    ASSERT_TRUE(whole.ok()) << whole.error().message;
    const auto highest = std::ranges::max_element(*whole, {}, &NabRow::score);
    EXPECT_EQ(highest - whole->begin(), kSpike) << static_cast<int>(arm);
    // What comes later changes nothing of what was said before.
    SetUp();
    std::string text = *files_.ReadFile(folder_.File("data/real/wave.csv"));
    Write("half.csv", text.substr(0, text.size() / 2 + 3));
    const auto half = WatchSeries(cell, folder_.File("half.csv"), 280, [] { return true; });
    ASSERT_TRUE(half.ok());
    for (size_t row = 0; row < 280; ++row) {
      ASSERT_EQ((*half)[row].told, (*whole)[row].told) << row;
    }
  }
}

TEST_F(Nab, StopsWhereItIsTold) {
  const auto stopped = WatchSeries(MakeNabCell(NabArm::kFull, 1),
                                   folder_.File("data/real/wave.csv"), kRows, [] { return false; });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, Code::kCancelled);
}

}  // namespace
}  // namespace hypnos::lab
