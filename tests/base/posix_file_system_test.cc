#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "hypnos/base/file_system.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

using testing::HasSubstr;

void Write(FileSystem& disk, const std::string& path, const std::string& bytes) {
  auto file = disk.CreateFile(path);
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->Append(bytes).ok());
  ASSERT_TRUE((*file)->Close().ok());
}

void ExpectError(const Error& error, Code code, const std::string& reason,
                 const std::string& sentence) {
  EXPECT_EQ(error.code, code) << error.message;
  EXPECT_EQ(error.reason, reason);
  EXPECT_EQ(error.message, sentence);
}

class PosixFileSystemTest : public testing::Test {
 protected:
  PosixFileSystem disk_;
  TempDir folder_;
  std::string path_ = folder_.File("a");
};

TEST_F(PosixFileSystemTest, ReadsWhatItWrote) {
  // Longer than any buffer, with every byte there is.
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes.push_back(static_cast<char>(i * 7));
  Write(disk_, path_, bytes);
  EXPECT_EQ(*disk_.ReadFile(path_), bytes);
}

// As of an empty tensor: a sanitizer would say what the C library thinks of a null pointer.
TEST_F(PosixFileSystemTest, NothingFromNowhereIsWritten) {
  auto file = disk_.CreateFile(path_);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append(std::string_view()).ok());
  ASSERT_TRUE((*file)->Append("something").ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*disk_.ReadFile(path_), "something");
}

TEST_F(PosixFileSystemTest, ReadsAnEmptyFile) {
  Write(disk_, path_, "");
  EXPECT_EQ(*disk_.ReadFile(path_), "");
}

TEST_F(PosixFileSystemTest, DoesNotReadMonsters) {
  Write(disk_, path_, "");
  ASSERT_EQ(truncate(path_.c_str(), off_t{40} << 30), 0);
  const auto bytes = disk_.ReadFile(path_);
  ASSERT_FALSE(bytes.ok());
  ExpectError(bytes.error(), Code::kOutOfRange, "FILE_TOO_LARGE",
              "cannot read '" + path_ + "': it is larger than 512 MiB");
}

TEST_F(PosixFileSystemTest, CreatingEmptiesWhatIsThere) {
  Write(disk_, path_, "long old words");
  Write(disk_, path_, "new");
  EXPECT_EQ(*disk_.ReadFile(path_), "new");
}

TEST_F(PosixFileSystemTest, FlushAndSyncBringBytesToTheFile) {
  auto file = disk_.CreateFile(path_);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("one ").ok());
  ASSERT_TRUE((*file)->Flush().ok());
  EXPECT_EQ(*disk_.ReadFile(path_), "one ");
  ASSERT_TRUE((*file)->Append("two").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  EXPECT_EQ(*disk_.ReadFile(path_), "one two");
}

TEST_F(PosixFileSystemTest, RenamesOverWhatIsThere) {
  Write(disk_, path_, "old");
  Write(disk_, folder_.File("b"), "new");
  ASSERT_TRUE(disk_.Rename(folder_.File("b"), path_).ok());
  EXPECT_EQ(*disk_.ReadFile(path_), "new");
  EXPECT_FALSE(disk_.Exists(folder_.File("b")));
}

TEST_F(PosixFileSystemTest, RemovesFiles) {
  Write(disk_, path_, "");
  EXPECT_TRUE(disk_.Exists(path_));
  ASSERT_TRUE(disk_.Remove(path_).ok());
  EXPECT_FALSE(disk_.Exists(path_));
}

TEST_F(PosixFileSystemTest, RemovesNoDevicesNorLinksToThem) {
  const std::string link = folder_.File("link");
  ASSERT_EQ(symlink("/dev/null", link.c_str()), 0);
  for (const std::string& path : {std::string("/dev/null"), link}) {
    ExpectError(disk_.Remove(path).error(), Code::kFailedPrecondition, "NOT_A_FILE",
                "cannot remove '" + path + "': it is no file");
    EXPECT_TRUE(disk_.Exists(path));
  }
}

TEST_F(PosixFileSystemTest, CutsFilesOff) {
  Write(disk_, path_, "whole half");
  ASSERT_TRUE(disk_.Truncate(path_, 6).ok());
  EXPECT_EQ(*disk_.ReadFile(path_), "whole ");
}

TEST_F(PosixFileSystemTest, SaysWhichFileIsNotThere) {
  const std::string sentence_end = " '" + path_ + "': No such file or directory";
  ExpectError(disk_.ReadFile(path_).error(), Code::kNotFound, "FILE_NOT_FOUND",
              "cannot read" + sentence_end);
  ExpectError(disk_.Remove(path_).error(), Code::kNotFound, "FILE_NOT_FOUND",
              "cannot remove" + sentence_end);
  ExpectError(disk_.Truncate(path_, 0).error(), Code::kNotFound, "FILE_NOT_FOUND",
              "cannot cut off" + sentence_end);
  ExpectError(disk_.Rename(path_, folder_.File("b")).error(), Code::kNotFound, "FILE_NOT_FOUND",
              "cannot rename" + sentence_end);
}

TEST_F(PosixFileSystemTest, SaysThatTheFolderIsNotThere) {
  const std::string path = path_ + "/b";
  ExpectError(disk_.CreateFile(path).error(), Code::kNotFound, "FILE_NOT_FOUND",
              "cannot create '" + path + "': No such file or directory");
}

TEST_F(PosixFileSystemTest, AFolderIsNoFile) {
  const auto created = disk_.CreateFile(folder_.path());
  EXPECT_EQ(created.error().code, Code::kPermissionDenied);
  EXPECT_THAT(created.error().message, HasSubstr("Is a directory"));
  // Opening a folder succeeds; reading it does not.
  EXPECT_EQ(disk_.ReadFile(folder_.path()).error().code, Code::kPermissionDenied);
}

TEST_F(PosixFileSystemTest, DoesNotWaitForThePipesReader) {
  const std::string path = folder_.File("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  ExpectError(disk_.CreateFile(path).error(), Code::kUnavailable, "NO_READER",
              "nobody reads from '" + path + "'");
}

TEST_F(PosixFileSystemTest, SaysWhatIsNotPermitted) {
  ASSERT_EQ(chmod(folder_.path().c_str(), 0), 0);
  // Root may do everything, so it becomes somebody else for a moment.
  constexpr uid_t kNobody = 65534;
  const uid_t before = geteuid();
  ASSERT_EQ(seteuid(before == 0 ? kNobody : before), 0);
  const auto read = disk_.ReadFile(path_);
  const auto created = disk_.CreateFile(path_);
  ASSERT_EQ(seteuid(before), 0);
  ASSERT_EQ(chmod(folder_.path().c_str(), 0700), 0);
  ExpectError(read.error(), Code::kPermissionDenied, "FILE_NOT_PERMITTED",
              "cannot read '" + path_ + "': Permission denied");
  ExpectError(created.error(), Code::kPermissionDenied, "FILE_NOT_PERMITTED",
              "cannot create '" + path_ + "': Permission denied");
}

// /dev/full takes bytes into the buffer and has no room for them.
TEST_F(PosixFileSystemTest, SaysThatTheDiskIsFull) {
  const std::string sentence_end = "'/dev/full': No space left on device";
  auto file = disk_.CreateFile("/dev/full");
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append("words").ok());
  ExpectError((*file)->Flush().error(), Code::kResourceExhausted, "DISK_FULL",
              "cannot write to " + sentence_end);

  auto closed = disk_.CreateFile("/dev/full");
  ASSERT_TRUE((*closed)->Append("words").ok());
  ExpectError((*closed)->Close().error(), Code::kResourceExhausted, "DISK_FULL",
              "cannot close " + sentence_end);

  auto long_append = disk_.CreateFile("/dev/full");
  EXPECT_EQ((*long_append)->Append(std::string(1 << 20, 'x')).error().reason, "DISK_FULL");
}

TEST_F(PosixFileSystemTest, AppendsToWhatIsThere) {
  EXPECT_EQ(disk_.AppendToFile(path_).error().reason, "FILE_NOT_FOUND");
  Write(disk_, path_, "one");
  auto file = disk_.AppendToFile(path_);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->Append(" two").ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*disk_.ReadFile(path_), "one two");
}

TEST_F(PosixFileSystemTest, ReadsInParts) {
  Write(disk_, path_, "0123456789");
  auto file = disk_.OpenFile(path_);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ((*file)->size(), 10u);
  std::array<std::byte, 3> bytes{};
  ASSERT_TRUE((*file)->ReadAt(7, bytes).ok());
  EXPECT_EQ(bytes[0], std::byte{'7'});
  EXPECT_EQ(bytes[2], std::byte{'9'});
  EXPECT_EQ((*file)->ReadAt(8, bytes).error().reason, "FILE_TOO_SHORT");
  EXPECT_EQ(disk_.OpenFile(folder_.path()).error().reason, "NOT_A_FILE");
}

TEST_F(PosixFileSystemTest, MakesListsAndSyncsFolders) {
  const std::string folder = folder_.File("one/two");
  EXPECT_EQ(disk_.ListFolder(folder).error().code, Code::kNotFound);
  EXPECT_EQ(disk_.SyncFolder(folder).error().code, Code::kNotFound);
  ASSERT_TRUE(disk_.MakeFolder(folder).ok());
  EXPECT_EQ(std::filesystem::status(folder).permissions(), std::filesystem::perms::owner_all);
  ASSERT_TRUE(disk_.MakeFolder(folder).ok());
  Write(disk_, folder + "/b", "");
  Write(disk_, folder + "/a", "");
  ASSERT_TRUE(disk_.MakeFolder(folder + "/c").ok());
  EXPECT_THAT(*disk_.ListFolder(folder), testing::ElementsAre("a", "b"));
  EXPECT_TRUE(disk_.SyncFolder(folder).ok());
  Write(disk_, path_, "a file");
  EXPECT_FALSE(disk_.MakeFolder(path_).ok());
}

// As --set checkpoint.folder=kept asks for.
TEST_F(PosixFileSystemTest, MakesAFolderWhereItIsStarted) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder_.path());
  for (const char* folder : {"kept", "recorded/", "./here", "a/b/"}) {
    const Status made = disk_.MakeFolder(folder);
    EXPECT_TRUE(made.ok()) << made.error().message;
    struct stat is = {};
    ASSERT_EQ(stat(folder, &is), 0) << folder;
    EXPECT_EQ(is.st_mode & 0777, 0700U) << folder;
  }
  std::filesystem::current_path(before);
}

TEST_F(PosixFileSystemTest, TellsFoldersFromFiles) {
  const std::string folder = folder_.File("f");
  ASSERT_TRUE(disk_.MakeFolder(folder + "/b").ok());
  ASSERT_TRUE(disk_.MakeFolder(folder + "/a").ok());
  Write(disk_, folder + "/c", "words");
  EXPECT_THAT(*disk_.ListFolders(folder), testing::ElementsAre("a", "b"));
  EXPECT_THAT(*disk_.ListFolder(folder), testing::ElementsAre("c"));
  EXPECT_EQ(disk_.ListFolders(folder + "/d").error().code, Code::kNotFound);
}

TEST_F(PosixFileSystemTest, RemovesOnlyEmptyFolders) {
  const std::string folder = folder_.File("f");
  ASSERT_TRUE(disk_.MakeFolder(folder).ok());
  Write(disk_, folder + "/a", "words");
  EXPECT_FALSE(disk_.RemoveFolder(folder).ok());
  ASSERT_TRUE(disk_.Remove(folder + "/a").ok());
  EXPECT_TRUE(disk_.RemoveFolder(folder).ok());
  EXPECT_FALSE(disk_.Exists(folder));
}

}  // namespace
}  // namespace hypnos
