#include "hypnos/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace hypnos {
namespace {

using log::Level;

class Log : public testing::Test {
 protected:
  ~Log() override { log::SetLevel(Level::kInfo); }
};

// What comes out when one message of each level is written.
std::string WriteAtEachLevel() {
  testing::internal::CaptureStderr();
  log::Debug("a {} message", "debug");
  log::Info("an {} message", "info");
  log::Warning("a {} message", "warning");
  log::Error("an {} message", "error");
  return testing::internal::GetCapturedStderr();
}

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Log, TellsTheLevelThatWasSet) {
  EXPECT_EQ(log::CurrentLevel(), Level::kInfo);
  for (const Level level :
       {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError, Level::kOff}) {
    log::SetLevel(level);
    EXPECT_EQ(log::CurrentLevel(), level);
  }
}

TEST_F(Log, TellsInfoAndWorseByDefault) {
  const std::string text = WriteAtEachLevel();
  EXPECT_FALSE(Holds(text, "debug message"));
  EXPECT_TRUE(Holds(text, "info message"));
  EXPECT_TRUE(Holds(text, "warning message"));
  EXPECT_TRUE(Holds(text, "error message"));
}

TEST_F(Log, TellsNothingBelowItsLevel) {
  int lines_expected = 4;
  for (const Level level : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    log::SetLevel(level);
    const std::string text = WriteAtEachLevel();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), lines_expected) << text;
    --lines_expected;
  }
  log::SetLevel(Level::kOff);
  EXPECT_EQ(WriteAtEachLevel(), "");
}

TEST_F(Log, StartsEachLineWithTimeAndLevel) {
  testing::internal::CaptureStderr();
  log::Warning("camera '{}': no frame for {} s", "door", 2);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::MatchesRegex("[0-9-]+T[0-9:.]+[+-][0-9:]+ warning "
                                    "camera 'door': no frame for 2 s\n"));
}

TEST_F(Log, LeavesBracesOfMessagesAlone) {
  testing::internal::CaptureStderr();
  log::Write(Level::kInfo, "{} %s {0}");
  EXPECT_TRUE(Holds(testing::internal::GetCapturedStderr(), "{} %s {0}"));
}

}  // namespace
}  // namespace hypnos
