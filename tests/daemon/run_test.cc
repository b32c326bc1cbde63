#include "hypnos/daemon/run.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "daemon/exit_code.h"
#include "hypnos/base/format.h"
#include "hypnos/config/load.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

constexpr int kStaticsDestroyed = 99;

config::Config Watching(const std::string& folder) {
  const auto config = config::Parse(
      Format(
          "sources: [{{name: hangs, folder: {{path: {}}}}}]\nencoding: {{patches: {{size: 2}}}}\n"
          "network: {{layers: [{{units: 4}}]}}\n",
          folder),
      "f", {});
  HYPNOS_CHECK(config.ok());
  return *config;
}

// Waits until somebody hangs in reading the pipe, and keeps it there. The folder goes at once: a
// process that ends without cleaning up would leave it.
void TellToStopOnceSomebodyReads(const std::string& pipe, const std::string& folder) {
  while (open(pipe.c_str(), O_WRONLY | O_NONBLOCK) < 0) std::this_thread::yield();
  std::filesystem::remove_all(folder);
  kill(getpid(), SIGTERM);
}

// A capture thread that is left behind in a library still uses what would be destroyed.
TEST(RunDaemonDeathTest, DestroysNoStaticsUnderACaptureThatHangs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const TempDir folder;
  std::ofstream(folder.File("1.pgm")) << "P5 4 4 255\n0123456789abcdef";
  // Reading it ends only when its other end is closed.
  ASSERT_EQ(mkfifo(folder.File("2.pgm").c_str(), 0600), 0);
  const auto run_and_exit = [&] {
    std::atexit([] { _exit(kStaticsDestroyed); });
    std::thread(TellToStopOnceSomebodyReads, folder.File("2.pgm"), folder.path()).detach();
    std::exit(RunDaemon(Watching(folder.path()), RunOptions()));
  };
  EXPECT_EXIT(run_and_exit(), testing::ExitedWithCode(kExitOk), "left behind");
}

}  // namespace
}  // namespace hypnos
