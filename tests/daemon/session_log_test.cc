#include "daemon/session_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/config/load.h"
#include "hypnos/config/print.h"
#include "hypnos/daemon/recorded_config.h"
#include "hypnos/record/digest.h"
#include "hypnos/record/session_check.h"
#include "pipeline/fixture.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kConfig = R"(
seed: 9
sources: [{name: door, stream: {url: 'rtsp://me:hush@camera/door?token=hush2'}}]
encoding: {patches: {}}
network: {layers: [{units: 8}]}
control: {socket: /run/here.sock}
record: {enabled: true, folder: kept}
)";

class SessionLogTest : public ::testing::Test {
 protected:
  SessionLogTest() {
    auto log = SessionLog::Start(disk, clock, *config::Parse(kConfig, "test"), {"1.2.3", ""});
    HYPNOS_CHECK(log.ok());
    session_log = *std::move(log);
    path = session_log->Report().session();
  }

  MemoryFileSystem disk;
  SystemClock clock;
  std::unique_ptr<SessionLog> session_log;
  std::string path;
};

TEST_F(SessionLogTest, RecordsWhatReachesThePipeline) {
  session_log->OnInput(0, StreamAdded{"door"});
  session_log->OnInput(0, FrameTaken{"door", MakeFrame(0)});
  session_log->OnInput(1, LearningSwitched{false});
  session_log->End(42);
  const auto check = CheckSession(disk, path);
  ASSERT_TRUE(check.ok());
  EXPECT_EQ(check->frames, 1u);
  EXPECT_EQ(check->events, 4u);
  EXPECT_EQ(check->end->weights(), 42u);
  EXPECT_THAT(check->inexact, IsEmpty());
  EXPECT_EQ(check->header.program_version(), "1.2.3");
  EXPECT_EQ(check->header.configuration_hash(), DigestOf(check->header.configuration()));
  const telemetry::SessionLog report = session_log->Report();
  EXPECT_EQ(report.frames(), 1u);
  EXPECT_EQ(report.segments(), 1u);
  EXPECT_GT(report.bytes(), 100u);
  EXPECT_TRUE(report.exact());
}

TEST_F(SessionLogTest, HoldsNoPassword) {
  session_log->End(0);
  const auto check = CheckSession(disk, path);
  EXPECT_THAT(check->header.configuration(), HasSubstr("rtsp://***@camera/door?token=***"));
  EXPECT_THAT(check->header.configuration(), Not(HasSubstr("hush")));
}

TEST_F(SessionLogTest, ItsConfigurationIsThatOfTheReplay) {
  session_log->End(0);
  const auto read = ReadRecordedConfig(disk, path, {});
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->config.seed(), 9u);
  EXPECT_THAT(read->other_keys, IsEmpty());
  // It would record into the folder that it reads from, and talk where another daemon does.
  EXPECT_FALSE(read->config.record().enabled());
  EXPECT_EQ(read->config.control().socket(), "");
}

TEST_F(SessionLogTest, AnotherConfigurationIsNamed) {
  session_log->End(0);
  const auto read = ReadRecordedConfig(disk, path,
                                       {"learning.rate=0.5", "pipeline.threads=7",
                                        "control.socket=there.sock", "record.enabled=true"});
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_THAT(read->other_keys, ElementsAre("learning.rate"));
  EXPECT_EQ(read->config.control().socket(), "there.sock");
  EXPECT_TRUE(read->config.record().enabled());
  EXPECT_EQ(ReadRecordedConfig(disk, path, {"learning.rat=1"}).error().reason, "CONFIG_INVALID");
  EXPECT_EQ(ReadRecordedConfig(disk, "nowhere", {}).error().reason, "NO_SESSION");
}

TEST(SessionLogOptions, DefaultsAreThoseOfTheSchema) {
  const RecorderOptions options;
  const config::Record& schema = config::Record::default_instance();
  EXPECT_EQ(options.folder, schema.folder());
  EXPECT_EQ(options.segment_bytes, schema.segment_megabytes() * 1'000'000);
  EXPECT_EQ(options.segment_time, FromSeconds(60 * schema.segment_minutes()));
  EXPECT_EQ(options.budget_bytes, schema.budget_megabytes() * 1'000'000);
  EXPECT_EQ(options.keep, FromSeconds(86400 * schema.keep_days()));
  EXPECT_EQ(options.queue_bytes, schema.queue_megabytes() * 1'000'000);
  EXPECT_EQ(options.compression_level, static_cast<int>(schema.compression_level()));
}

}  // namespace
}  // namespace hypnos
