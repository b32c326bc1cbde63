#include "cli/pictures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/temp_dir.h"

namespace hypnos::cli {
namespace {

using ::testing::HasSubstr;

control::Picture Named(const std::string& name, const std::string& png = "png") {
  control::Picture picture;
  picture.set_name(name);
  picture.set_png(png);
  return picture;
}

// Fails to rename, as a file system that has become read-only would.
class NoRename final : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) override { return real.ReadFile(path); }
  Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) override {
    return real.CreateFile(path);
  }
  Status Rename(const std::string&, const std::string&) override {
    return Error{Code::kPermissionDenied, "FILE_NOT_PERMITTED", "read-only"};
  }
  Status Remove(const std::string& path) override { return real.Remove(path); }
  Status Truncate(const std::string& path, uint64_t size) override {
    return real.Truncate(path, size);
  }
  bool Exists(const std::string& path) override { return real.Exists(path); }
  Result<std::unique_ptr<WritableFile>> AppendToFile(const std::string& path) override {
    return real.AppendToFile(path);
  }
  Result<std::unique_ptr<ReadableFile>> OpenFile(const std::string& path) override {
    return real.OpenFile(path);
  }
  Status MakeFolder(const std::string& path) override { return real.MakeFolder(path); }
  Result<std::vector<std::string>> ListFolder(const std::string& path) override {
    return real.ListFolder(path);
  }
  Result<std::vector<std::string>> ListFolders(const std::string& path) override {
    return real.ListFolders(path);
  }
  Status RemoveFolder(const std::string& path) override { return real.RemoveFolder(path); }
  Status SyncFolder(const std::string& path) override { return real.SyncFolder(path); }

  PosixFileSystem real;
};

class PicturesTest : public ::testing::Test {
 protected:
  std::set<std::string> FilesIn(const std::string& name) {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder.File(name))) {
      found.insert(entry.path().filename());
    }
    return found;
  }

  TempDir folder;
  PosixFileSystem files;
  Pictures pictures;
};

TEST_F(PicturesTest, ANameLeadsNowhereButIntoTheFolder) {
  EXPECT_EQ(PictureFileName(Named("goodness 1")), "goodness-1.png");
  EXPECT_EQ(PictureFileName(Named("../../etc/passwd")), "-.-..-etc-passwd.png");
  EXPECT_EQ(PictureFileName(Named("/root")), "-root.png");
  EXPECT_EQ(PictureFileName(Named(".bashrc")), "-bashrc.png");
  EXPECT_EQ(PictureFileName(Named(std::string("a\0b", 3))), "a-b.png");
  EXPECT_EQ(PictureFileName(Named(std::string(1000, 'x'))).size(), 104u);
}

TEST_F(PicturesTest, AreWrittenWholeAndTakenOutOfTheMessage) {
  *pictures.Add() = Named("frame", "one");
  *pictures.Add() = Named("surprise", "two");
  ASSERT_TRUE(KeepPictures(folder.File("a/b"), "picture", files, pictures).ok());
  EXPECT_EQ(FilesIn("a/b"), (std::set<std::string>{"frame.png", "surprise.png"}));
  EXPECT_EQ(*files.ReadFile(folder.File("a/b/surprise.png")), "two");
  EXPECT_EQ(pictures[0].png(), "");
}

TEST_F(PicturesTest, WithoutNamesAreNumberedAndEqualNamesKeptApart) {
  for (int i = 0; i < 2; ++i) *pictures.Add() = Named("");
  for (int i = 0; i < 2; ++i) *pictures.Add() = Named("same");
  ASSERT_TRUE(KeepPictures(folder.File("d"), "dream", files, pictures).ok());
  EXPECT_EQ(FilesIn("d"),
            (std::set<std::string>{"dream-001.png", "dream-002.png", "same.png", "same-004.png"}));
}

TEST_F(PicturesTest, ThatCannotBeWrittenLeaveTheOldFileAndNoHalfOne) {
  *pictures.Add() = Named("frame", "old");
  ASSERT_TRUE(KeepPictures(folder.File("d"), "picture", files, pictures).ok());
  NoRename broken;
  pictures[0].set_png("new");
  const Status status = KeepPictures(folder.File("d"), "picture", broken, pictures);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().reason, "CANNOT_WRITE");
  EXPECT_EQ(FilesIn("d"), (std::set<std::string>{"frame.png"}));
  EXPECT_EQ(*files.ReadFile(folder.File("d/frame.png")), "old");
}

TEST_F(PicturesTest, SayHowToBeKept) {
  *pictures.Add() = Named("surprise");
  pictures[0].add_map(0.5f);
  pictures[0].add_map(2);
  EXPECT_THAT(PicturesText(pictures, ""), HasSubstr("--output"));
  EXPECT_THAT(PicturesText(pictures, ""), HasSubstr("0.5 to 2"));
  EXPECT_THAT(PicturesText(pictures, "here"), HasSubstr("here/surprise.png"));
}

}  // namespace
}  // namespace hypnos::cli
