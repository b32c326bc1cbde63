#include "sources/rotated_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "support/temp_dir.h"

namespace hypnos {
namespace {

namespace fs = std::filesystem;

class RotatedFiles : public testing::Test {
 protected:
  // Each is written to a second after the one before it.
  void Write(const std::string& name) {
    const std::string path = folder_.File(name);
    std::ofstream(path) << name;
    fs::last_write_time(path, written_ += std::chrono::seconds(1));
  }
  std::vector<std::string> NamesOf(const std::string& path) const {
    std::vector<std::string> names;
    for (const RotatedFile& file : RotatedFilesOf(folder_.File(path))) {
      names.push_back(fs::path(file.path).filename().string() + (file.packed ? "!" : ""));
    }
    return names;
  }
  const TempDir folder_;

 private:
  fs::file_time_type written_ = fs::file_time_type::clock::now() - std::chrono::hours(1);
};

TEST_F(RotatedFiles, AreKnownByTheirNamesAndOrderedByWhenTheyWereWritten) {
  const std::vector<std::string> all = {
      "pump.csv.10",         "pump.csv.2.gz", "pump-20261127.csv",        "pump.csv-20261127.xz",
      "pump.csv.2026-11-27", "pump.csv.old",  "pump.csv.2026-11-27T10:00"};
  for (const std::string& name : all) Write(name);
  for (const char* other : {"pump.csv", "pump.csv.bak", "pump.csv~", "pump2.csv", "pump.csv1",
                            "pump.csv.tmp1", "pump.csv.gz", "fan.csv.1", "pump.", "pump.csv.-",
                            // Other instruments.
                            "pump-2.csv", "pump.2.csv"}) {
    Write(other);
  }
  fs::create_directory(folder_.File("pump.csv.3"));
  EXPECT_THAT(NamesOf("pump.csv"),
              testing::ElementsAre("pump.csv.10", "pump.csv.2.gz!", "pump-20261127.csv",
                                   "pump.csv-20261127.xz!", "pump.csv.2026-11-27", "pump.csv.old",
                                   "pump.csv.2026-11-27T10:00"));
}

TEST_F(RotatedFiles, AreNotLostWhileTheyAreBeingPacked) {
  for (const char* name : {"pump.csv.1", "pump.csv.1.gz", "pump.csv.2.gz"}) Write(name);
  EXPECT_THAT(NamesOf("pump.csv"), testing::ElementsAre("pump.csv.1", "pump.csv.2.gz!"));
}

// Whether the file itself is still there beside the packed one cannot be told of a link to itself.
TEST_F(RotatedFiles, AreFoundBesideWhatCannotBeLookedAt) {
  std::vector<std::string> all;
  for (int i = 1; i <= 20; ++i) Write(all.emplace_back("pump.csv." + std::to_string(i)));
  for (int i = 21; i <= 40; ++i) {
    const std::string name = "pump.csv." + std::to_string(i);
    fs::create_symlink(name, folder_.File(name));
    Write(name + ".gz");
    all.push_back(name + ".gz!");
  }
  EXPECT_EQ(NamesOf("pump.csv"), all);
}

TEST_F(RotatedFiles, AreNotTakenForOthersThatWereRenamedSinceTheyWereSeen) {
  Write("pump.csv.1");
  const std::string path = folder_.File("pump.csv.1");
  struct stat seen {};
  ASSERT_EQ(stat(path.c_str(), &seen), 0);
  const int file = OpenAsSeen(path, seen);
  EXPECT_GE(file, 0);
  close(file);
  fs::rename(path, folder_.File("pump.csv.2"));
  EXPECT_EQ(OpenAsSeen(path, seen), -1);
  Write("pump.csv.1");
  EXPECT_EQ(OpenAsSeen(path, seen), -1);
}

TEST_F(RotatedFiles, AreNoneWhereTheFolderIsNotThere) {
  EXPECT_THAT(NamesOf("none/pump.csv"), testing::IsEmpty());
}

TEST_F(RotatedFiles, AreThoseOfANameWithoutAnEnding) {
  for (const char* name : {"messages", "messages.1", "messages-20261127", "messages.log"}) {
    Write(name);
  }
  EXPECT_THAT(NamesOf("messages"), testing::ElementsAre("messages.1", "messages-20261127"));
}

}  // namespace
}  // namespace hypnos
