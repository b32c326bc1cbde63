#include "hypnos/record/session_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "record/events.h"
#include "support/failing_file_system.h"
#include "support/memory_file_system.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

// Takes nothing until it is told to.
class HeldFileSystem final : public FileSystem {
 public:
  explicit HeldFileSystem(FileSystem& disk) : disk_(disk) {}

  void Hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !held_; });
  }

  Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) override {
    HYPNOS_ASSIGN_OR_RETURN(auto file, disk_.CreateFile(path));
    return std::unique_ptr<WritableFile>(std::make_unique<File>(*this, std::move(file)));
  }
  Result<std::string> ReadFile(const std::string& path) override { return disk_.ReadFile(path); }
  Result<std::unique_ptr<WritableFile>> AppendToFile(const std::string& path) override {
    return disk_.AppendToFile(path);
  }
  Result<std::unique_ptr<ReadableFile>> OpenFile(const std::string& path) override {
    return disk_.OpenFile(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return disk_.Rename(from, to);
  }
  Status Remove(const std::string& path) override { return disk_.Remove(path); }
  Status Truncate(const std::string& path, uint64_t size) override {
    return disk_.Truncate(path, size);
  }
  bool Exists(const std::string& path) override { return disk_.Exists(path); }
  Status MakeFolder(const std::string& path) override { return disk_.MakeFolder(path); }
  Result<std::vector<std::string>> ListFolder(const std::string& path) override {
    return disk_.ListFolder(path);
  }
  Result<std::vector<std::string>> ListFolders(const std::string& path) override {
    return disk_.ListFolders(path);
  }
  Status RemoveFolder(const std::string& path) override { return disk_.RemoveFolder(path); }
  Status SyncFolder(const std::string& path) override { return disk_.SyncFolder(path); }

 private:
  class File final : public WritableFile {
   public:
    File(HeldFileSystem& owner, std::unique_ptr<WritableFile> file)
        : owner_(owner), file_(std::move(file)) {}
    Status Append(std::string_view bytes) override {
      owner_.Wait();
      return file_->Append(bytes);
    }
    Status Flush() override { return file_->Flush(); }
    Status Sync() override { return file_->Sync(); }
    Status Close() override { return file_->Close(); }

   private:
    HeldFileSystem& owner_;
    std::unique_ptr<WritableFile> file_;
  };

  FileSystem& disk_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
};

// Each is more than a block of the segment: it is written at once.
session::Event LargeFrame(uint64_t moment) { return FrameEvent(moment, "door", 1400, 1000); }

class SessionRecorderTest : public ::testing::Test {
 protected:
  std::unique_ptr<SessionRecorder> Start() {
    auto recorder = SessionRecorder::Start(disk, clock, options, SomeHeader());
    HYPNOS_CHECK(recorder.ok());
    return *std::move(recorder);
  }

  MemoryFileSystem memory;
  HeldFileSystem disk{memory};
  SystemClock clock;
  RecorderOptions options = {.folder = "kept"};
};

TEST_F(SessionRecorderTest, RecordsInOrder) {
  const auto recorder = Start();
  for (uint64_t i = 0; i < 50; ++i) {
    recorder->Record(FrameEvent(i));
    if (i % 10 == 0) recorder->Record(LearningEvent(i, true));
  }
  recorder->Close();
  recorder->Record(FrameEvent(50));  // too late
  const ReadBack read = ReadSessionAt(memory, recorder->status().session);
  ASSERT_EQ(read.events.size(), 55u);
  EXPECT_TRUE(std::ranges::is_sorted(read.frames()));
  EXPECT_TRUE(recorder->status().exact);
  EXPECT_EQ(recorder->status().events, 55u);
}

TEST_F(SessionRecorderTest, LeavesOutFramesWhereItMustNotWait) {
  options.waits = false;
  options.queue_bytes = size_t{9} << 20;
  const auto recorder = Start();
  disk.Hold(true);
  for (uint64_t i = 0; i < 20; ++i) recorder->Record(LargeFrame(i));
  // A command costs nothing, and is never left out.
  recorder->Record(LearningEvent(20, false));
  disk.Hold(false);
  recorder->Close();
  const ReadBack read = ReadSessionAt(memory, recorder->status().session);
  EXPECT_TRUE(read.errors.empty());
  EXPECT_GE(read.frames().size(), 2u);
  EXPECT_LE(read.frames().size(), 6u);
  EXPECT_EQ(read.frames().size() + read.missing_frames(), 20u);
  EXPECT_TRUE(read.events.back().has_missing() || !read.events.back().learning());
  EXPECT_FALSE(recorder->status().exact);
  EXPECT_EQ(recorder->status().frames_lost, read.missing_frames());
}

TEST_F(SessionRecorderTest, WaitsWhereItMay) {
  options.queue_bytes = size_t{9} << 20;
  const auto recorder = Start();
  disk.Hold(true);
  std::atomic<uint64_t> recorded = 0;
  std::thread learner([&] {
    for (uint64_t i = 0; i < 12; ++i) {
      recorder->Record(LargeFrame(i));
      ++recorded;
    }
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_LT(recorded, 12u);
  disk.Hold(false);
  learner.join();
  recorder->Close();
  EXPECT_TRUE(recorder->status().exact);
  EXPECT_EQ(ReadSessionAt(memory, recorder->status().session).frames().size(), 12u);
}

TEST_F(SessionRecorderTest, AFullDiskAtTheStartIsWaitedForAndOthersAreToldOf) {
  FailingFileSystem failing(memory);
  failing.FailFrom(1, {Code::kResourceExhausted, "DISK_FULL", "the disk is full"});
  auto recorder = SessionRecorder::Start(failing, clock, options, SomeHeader());
  ASSERT_TRUE(recorder.ok());
  EXPECT_EQ((*recorder)->status().failing, "the disk is full");
  // Nobody waits for a disk that takes nothing.
  for (uint64_t i = 0; i < 100; ++i) (*recorder)->Record(LargeFrame(i));
  (*recorder)->Close();
  EXPECT_EQ((*recorder)->status().frames_lost, 100u);

  FailingFileSystem read_only(memory);
  read_only.FailFrom(1, {Code::kPermissionDenied, "FILE_NOT_PERMITTED", "read-only"});
  EXPECT_EQ(SessionRecorder::Start(read_only, clock, options, SomeHeader()).error().message,
            "read-only");
}

TEST(SessionRecorder, OnARealDisk) {
  TempDir folder;
  PosixFileSystem files;
  const SystemClock clock;
  auto recorder = SessionRecorder::Start(
      files, clock, {.folder = folder.File("a/b"), .segment_bytes = 100'000}, SomeHeader());
  ASSERT_TRUE(recorder.ok()) << recorder.error().message;
  for (uint64_t i = 0; i < 30; ++i) (*recorder)->Record(FrameEvent(i, "door", 320, 240));
  (*recorder)->Close();
  EXPECT_GT((*recorder)->status().segments, 1u);
  const ReadBack read = ReadSessionAt(files, (*recorder)->status().session);
  EXPECT_EQ(read.frames().size(), 30u);
  EXPECT_TRUE(read.errors.empty());
}

}  // namespace
}  // namespace hypnos
