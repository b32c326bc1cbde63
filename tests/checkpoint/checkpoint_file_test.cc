#include "hypnos/checkpoint/checkpoint_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checkpoint/small_state.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using testing::HasSubstr;

constexpr const char* kPath = "folder/a.safetensors";

class CheckpointFileTest : public testing::Test {
 protected:
  CheckpointFileTest() {
    SmallState state = StateAfter(5);
    StatePicture picture;
    state.ExchangeState(picture);
    const auto written = WriteCheckpoint(disk_, kPath, FactsAfter(5), picture);
    EXPECT_TRUE(written.ok());
    bytes_ = *disk_.ReadFile(kPath);
    EXPECT_EQ(*written, bytes_.size());
  }

  Error ErrorOf(const std::string& bytes) {
    disk_.WriteFile(kPath, bytes);
    const auto file = CheckpointFile::OpenVerified(disk_, kPath);
    EXPECT_FALSE(file.ok());
    return file.ok() ? Error() : file.error();
  }

  MemoryFileSystem disk_;
  std::string bytes_;
};

TEST_F(CheckpointFileTest, GivesBackWhatWasSaved) {
  const auto file = CheckpointFile::OpenVerified(disk_, kPath);
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_EQ(file->facts().frames, 10u);
  EXPECT_EQ(file->facts().steps, 5u);
  EXPECT_EQ(file->facts().time, FactsAfter(5).time);
  EXPECT_EQ(file->facts().program, "0.1.0");
  const auto state = Load(*file);
  ASSERT_TRUE(state.ok()) << state.error().message;
  EXPECT_TRUE(*state == StateAfter(5));
}

TEST_F(CheckpointFileTest, SavesTheSameBytesAgain) {
  SmallState state = StateAfter(5);
  StatePicture picture;
  state.ExchangeState(picture);
  ASSERT_TRUE(WriteCheckpoint(disk_, "b", FactsAfter(5), picture).ok());
  EXPECT_EQ(*disk_.ReadFile("b"), bytes_);
}

TEST_F(CheckpointFileTest, RefusesEveryFlippedBit) {
  for (size_t at = 0; at < bytes_.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      std::string flipped = bytes_;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      const Error error = ErrorOf(flipped);
      EXPECT_EQ(error.reason, "CHECKPOINT_DAMAGED") << at;
      EXPECT_THAT(error.message, HasSubstr(kPath));
    }
  }
}

TEST_F(CheckpointFileTest, RefusesEveryLengthButItsOwn) {
  for (size_t length = 0; length < bytes_.size(); ++length) {
    EXPECT_EQ(ErrorOf(bytes_.substr(0, length)).reason, "CHECKPOINT_DAMAGED") << length;
  }
  EXPECT_EQ(ErrorOf(bytes_ + '\0').reason, "CHECKPOINT_DAMAGED");
}

TEST_F(CheckpointFileTest, SaysWhatIsNoCheckpoint) {
  EXPECT_EQ(CheckpointFile::OpenVerified(disk_, "none").error().reason, "FILE_NOT_FOUND");
  EXPECT_EQ(ErrorOf("").message, "checkpoint 'folder/a.safetensors' is damaged: it is too short");
}

TEST_F(CheckpointFileTest, RefusesAStateOfAnotherShape) {
  const auto file = CheckpointFile::OpenVerified(disk_, kPath);
  ASSERT_TRUE(file.ok());
  CheckpointLoader loader(*file);
  std::vector<float> weights(8);
  loader.Values("small.weights", std::span(weights), {2, 4});
  EXPECT_EQ(loader.Finish().error().message,
            "'small.weights' is saved as 2 x 3 of 4 bytes, and here it is 2 x 4 of 4 bytes");
}

TEST_F(CheckpointFileTest, RefusesWhatIsMissingAndWhatIsLeft) {
  const auto file = CheckpointFile::OpenVerified(disk_, kPath);
  ASSERT_TRUE(file.ok());
  CheckpointLoader missing(*file);
  double value = 3;
  missing.Number("small.other", value);
  EXPECT_EQ(missing.Finish().error().message, "'small.other' is not in the checkpoint");
  EXPECT_EQ(value, 3);
  const CheckpointLoader left(*file);
  EXPECT_THAT(left.Finish().error().message, HasSubstr("has no use for"));
}

TEST_F(CheckpointFileTest, RefusesMoreThanFits) {
  const auto file = CheckpointFile::OpenVerified(disk_, kPath);
  ASSERT_TRUE(file.ok());
  CheckpointLoader loader(*file);
  EXPECT_EQ(loader.Count("small.list", 0, 0), 0u);
  EXPECT_THAT(loader.status().error().message, HasSubstr("is 1, and at most 0 fit"));
}

// A file of the next version, with a checksum that is right.
TEST_F(CheckpointFileTest, RefusesAnotherVersionWithASentence) {
  const size_t at = bytes_.find("\"hypnos_checkpoint\":\"1\"");
  ASSERT_NE(at, std::string::npos);
  bytes_[at + 21] = '2';
  disk_.WriteFile(kPath, bytes_);
  const auto file = CheckpointFile::Open(disk_, kPath);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().reason, "CHECKPOINT_VERSION");
  EXPECT_THAT(file.error().message, HasSubstr("is of format version 2"));
}

// Of what is remembered only a digest, which changes with it.
TEST_F(CheckpointFileTest, LeavesOutWhatIsRemembered) {
  std::vector<float> frames = {1, 2, 3};
  const auto write = [&] {
    StatePicture picture(StatePicture::Memory::kDigest);
    double rate = 0.5;
    picture.Number("rate", rate);
    picture.Values("memory.frames", std::span(frames), {3});
    picture.Finish();
    EXPECT_TRUE(WriteCheckpoint(disk_, kPath, FactsAfter(1), picture).ok());
    return *disk_.ReadFile(kPath);
  };
  const std::string one = write();
  const auto file = CheckpointFile::OpenVerified(disk_, kPath);
  ASSERT_TRUE(file.ok());
  EXPECT_FALSE(file->has_memory());
  CheckpointLoader loader(*file);
  double rate = 0;
  loader.Number("rate", rate);
  EXPECT_TRUE(loader.Finish().ok());
  EXPECT_FALSE(loader.SavedShape("memory.frames"));
  frames[1] = 5;
  EXPECT_NE(write(), one);
}

}  // namespace
}  // namespace hypnos
