// What other rooms' tests stand on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "support/failing_file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using testing::ElementsAre;

const Error kDiskFull{Code::kResourceExhausted, "DISK_FULL", "the disk is full"};

// The careful way to write a file; says where it failed.
Status Save(FileSystem& disk, const std::string& path, const std::string& bytes) {
  HYPNOS_ASSIGN_OR_RETURN(const auto file, disk.CreateFile(path + ".tmp"));
  HYPNOS_RETURN_IF_ERROR(file->Append(bytes));
  HYPNOS_RETURN_IF_ERROR(file->Sync());
  HYPNOS_RETURN_IF_ERROR(file->Close());
  return disk.Rename(path + ".tmp", path);
}

TEST(MemoryFileSystem, ReadsWhatItWrote) {
  MemoryFileSystem disk;
  ASSERT_TRUE(Save(disk, "a", "words").ok());
  EXPECT_EQ(*disk.ReadFile("a"), "words");
  EXPECT_THAT(disk.Paths(), ElementsAre("a"));
  ASSERT_TRUE(disk.Remove("a").ok());
  EXPECT_FALSE(disk.Exists("a"));
}

TEST(MemoryFileSystem, SpeaksLikeTheRealOne) {
  MemoryFileSystem disk;
  EXPECT_EQ(disk.ReadFile("a").error().code, Code::kNotFound);
  EXPECT_EQ(disk.ReadFile("a").error().message, "cannot read 'a': No such file or directory");
  EXPECT_EQ(disk.Rename("a", "b").error().reason, "FILE_NOT_FOUND");
  EXPECT_EQ(disk.Remove("a").error().reason, "FILE_NOT_FOUND");
}

TEST(MemoryFileSystem, HidesBytesUntilTheyAreFlushed) {
  MemoryFileSystem disk;
  auto file = disk.CreateFile("a");
  ASSERT_TRUE((*file)->Append("words").ok());
  EXPECT_EQ(*disk.ReadFile("a"), "");
  ASSERT_TRUE((*file)->Flush().ok());
  EXPECT_EQ(*disk.ReadFile("a"), "words");
}

TEST(MemoryFileSystem, LosesWhatWasNotSynced) {
  MemoryFileSystem disk;
  disk.WriteFile("old", "durable");
  auto file = disk.CreateFile("new");
  ASSERT_TRUE((*file)->Append("one ").ok());
  ASSERT_TRUE((*file)->Sync().ok());
  ASSERT_TRUE((*file)->Append("two").ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*disk.ReadFile("new"), "one two");
  disk.LosePower();
  EXPECT_EQ(*disk.ReadFile("new"), "one ");
  EXPECT_EQ(*disk.ReadFile("old"), "durable");
}

TEST(MemoryFileSystemDeathTest, AClosedFileIsNotWrittenTo) {
  MemoryFileSystem disk;
  auto file = disk.CreateFile("a");
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_DEATH((void)(*file)->Append("words"), "broken promise");
}

TEST(FailingFileSystem, PassesEverythingOnUntilTold) {
  MemoryFileSystem memory;
  FailingFileSystem disk(memory);
  ASSERT_TRUE(Save(disk, "a", "words").ok());
  EXPECT_EQ(*disk.ReadFile("a"), "words");
  EXPECT_THAT(disk.calls(), ElementsAre("CreateFile a.tmp", "Append a.tmp", "Sync a.tmp",
                                        "Close a.tmp", "Rename a.tmp", "ReadFile a"));
}

TEST(FailingFileSystem, FailsOnceAtEachOperation) {
  for (int n = 1; n <= 5; ++n) {
    MemoryFileSystem memory;
    memory.WriteFile("a", "old");
    FailingFileSystem disk(memory);
    disk.FailAt(n, kDiskFull);
    const Status saved = Save(disk, "a", "new");
    ASSERT_FALSE(saved.ok()) << "operation " << n;
    EXPECT_EQ(saved.error().reason, "DISK_FULL");
    EXPECT_EQ(*memory.ReadFile("a"), "old");
    EXPECT_TRUE(Save(disk, "a", "new").ok());
    EXPECT_EQ(*memory.ReadFile("a"), "new");
  }
}

TEST(FailingFileSystem, WritesHalfWhereTheDiskFillsUp) {
  MemoryFileSystem memory;
  FailingFileSystem disk(memory);
  auto file = disk.CreateFile("a");
  disk.FailAt(1, kDiskFull);
  EXPECT_FALSE((*file)->Append("01234567").ok());
  ASSERT_TRUE((*file)->Close().ok());
  EXPECT_EQ(*memory.ReadFile("a"), "0123");
}

TEST(FailingFileSystem, AFailedCloseClosesNevertheless) {
  MemoryFileSystem memory;
  FailingFileSystem disk(memory);
  auto file = disk.CreateFile("a");
  ASSERT_TRUE((*file)->Append("words").ok());
  disk.FailAt(1, kDiskFull);
  EXPECT_FALSE((*file)->Close().ok());
  EXPECT_EQ(*memory.ReadFile("a"), "words");
}

TEST(MemoryFileSystem, KnowsFolders) {
  MemoryFileSystem disk;
  disk.WriteFile("f/b", "");
  disk.WriteFile("f/a", "");
  disk.WriteFile("f/sub/c", "");
  disk.WriteFile("g/d", "");
  EXPECT_THAT(*disk.ListFolder("f"), ElementsAre("a", "b"));
}

TEST(MemoryFileSystem, MayLoseNamesThatWereNotSynced) {
  MemoryFileSystem disk;
  disk.WriteFile("f/old", "old");
  ASSERT_TRUE(Save(disk, "f/new", "new").ok());
  ASSERT_TRUE(disk.Remove("f/old").ok());
  disk.LosePowerAndNames();
  EXPECT_THAT(disk.Paths(), ElementsAre("f/old"));
  ASSERT_TRUE(Save(disk, "f/new", "new").ok());
  ASSERT_TRUE(disk.SyncFolder("f").ok());
  disk.LosePowerAndNames();
  EXPECT_EQ(*disk.ReadFile("f/new"), "new");
}

TEST(FailingFileSystem, FailsForEverFromThenOn) {
  MemoryFileSystem disk;
  FailingFileSystem machine(disk);
  machine.FailFrom(2, kDiskFull);
  EXPECT_FALSE(Save(machine, "a", "words").ok());
  EXPECT_FALSE(Save(machine, "b", "words").ok());
  EXPECT_THAT(disk.Paths(), ElementsAre("a.tmp"));
}

TEST(MemoryFileSystem, TellsFoldersFromFiles) {
  MemoryFileSystem disk;
  disk.WriteFile("f/b/c", "words");
  disk.WriteFile("f/a", "words");
  EXPECT_THAT(*disk.ListFolders("f"), ElementsAre("b"));
  EXPECT_THAT(*disk.ListFolder("f"), ElementsAre("a"));
  EXPECT_TRUE(disk.Exists("f/b"));
  EXPECT_FALSE(disk.RemoveFolder("f/b").ok());
  ASSERT_TRUE(disk.Remove("f/b/c").ok());
  EXPECT_TRUE(disk.RemoveFolder("f/b").ok());
  EXPECT_FALSE(disk.Exists("f/b"));
}

TEST(FailingFileSystem, IsWellAgainWhenItIsHealed) {
  MemoryFileSystem memory;
  FailingFileSystem disk(memory);
  disk.FailFrom(1, kDiskFull);
  EXPECT_FALSE(disk.MakeFolder("a").ok());
  EXPECT_FALSE(disk.MakeFolder("a").ok());
  disk.Heal();
  EXPECT_TRUE(disk.MakeFolder("a").ok());
}

}  // namespace
}  // namespace hypnos
