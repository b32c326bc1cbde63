#include "hypnos/telemetry/process_figures.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "hypnos/base/clock.h"

namespace hypnos {
namespace {

TEST(ProcessFigures, SeeMemoryThatIsTouched) {
  const auto before = ReadProcessFigures();
  constexpr size_t kBytes = size_t{64} << 20;
  const std::vector<char> taken(kBytes, 1);
  const auto after = ReadProcessFigures();
  ASSERT_TRUE(before.resident_bytes && after.resident_bytes);
  EXPECT_GE(*after.resident_bytes, *before.resident_bytes + kBytes / 2);
  EXPECT_GE(*after.virtual_bytes, *after.resident_bytes);
  EXPECT_EQ(taken.back(), 1);
}

TEST(ProcessFigures, CountOpenFiles) {
  const auto before = ReadProcessFigures();
  const int file = open("/dev/null", O_RDONLY);
  const auto after = ReadProcessFigures();
  close(file);
  EXPECT_EQ(*after.open_files, *before.open_files + 1);
  EXPECT_GT(*after.most_open_files, *after.open_files);
}

TEST(ProcessFigures, KnowWhenTheProcessBegan) {
  const SystemClock clock;
  const double now = std::chrono::duration<double>(clock.WallNow().time_since_epoch()).count();
  const auto figures = ReadProcessFigures();
  ASSERT_TRUE(figures.start_time);
  // A second for what the system rounds.
  EXPECT_LT(*figures.start_time, now + 1);
  EXPECT_GT(*figures.start_time, now - 3600);
}

TEST(ProcessFigures, CountTimeThatIsSpent) {
  const double before = ReadProcessFigures().cpu_seconds;
  volatile double sum = 0;
  const SystemClock clock;
  const Instant end = clock.Now() + std::chrono::seconds(2);
  while (ReadProcessFigures().cpu_seconds < before + 0.02 && clock.Now() < end) sum = sum + 1;
  EXPECT_GE(ReadProcessFigures().cpu_seconds, before + 0.02);
}

}  // namespace
}  // namespace hypnos
