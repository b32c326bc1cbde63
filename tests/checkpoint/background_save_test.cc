#include "hypnos/checkpoint/background_save.h"

#include <gtest/gtest.h>

#include "checkpoint/small_state.h"
#include "hypnos/checkpoint/folder_lock.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

class BackgroundSaveTest : public testing::Test {
 protected:
  TempDir temp_;
  PosixFileSystem files_;
  CheckpointFolder folder_{files_, temp_.File("kept"), {}};
};

// What is written is the state of the moment, byte for byte, whatever becomes of it meanwhile.
TEST_F(BackgroundSaveTest, SavesTheMomentOfTheFork) {
  std::vector<float> many(4 << 20);
  for (size_t i = 0; i < many.size(); ++i) many[i] = static_cast<float>(i % 1000);
  const auto picture = [&] {
    auto taken = std::make_unique<StatePicture>();
    taken->Values("many", std::span(many), {many.size()});
    return taken;
  };
  CheckpointFolder at_once(files_, temp_.File("at_once"), {});
  ASSERT_TRUE(at_once.Save(FactsAfter(1), *picture()).ok());
  BackgroundSave save;
  ASSERT_TRUE(save.Start(folder_, FactsAfter(1), *picture()).ok());
  std::ranges::fill(many, -1.0f);
  const auto saved = save.Wait();
  ASSERT_TRUE(saved.ok()) << saved.error().message;
  EXPECT_EQ(saved->name, "checkpoint-000000000001");
  const auto bytes_of = [&](const char* folder) {
    return *files_.ReadFile(temp_.File(folder) + "/" + saved->name + ".safetensors");
  };
  EXPECT_TRUE(bytes_of("kept") == bytes_of("at_once"));
  EXPECT_EQ(saved->bytes, bytes_of("kept").size());
}

TEST_F(BackgroundSaveTest, HandsOnWhatFailed) {
  ASSERT_TRUE((*files_.CreateFile(temp_.File("kept")))->Close().ok());
  SmallState state = StateAfter(1);
  StatePicture picture;
  state.ExchangeState(picture);
  BackgroundSave save;
  ASSERT_TRUE(save.Start(folder_, FactsAfter(1), picture).ok());
  const auto saved = save.Wait();
  ASSERT_FALSE(saved.ok());
  EXPECT_NE(saved.error().message.find("cannot make folder"), std::string::npos)
      << saved.error().message;
}

TEST_F(BackgroundSaveTest, MayBeGivenUp) {
  SmallState state = StateAfter(1);
  StatePicture picture;
  state.ExchangeState(picture);
  for (int i = 0; i < 20; ++i) {
    BackgroundSave save;
    ASSERT_TRUE(save.Start(folder_, FactsAfter(1), picture).ok());
  }
  folder_.RemoveUnfinished();
  std::vector<Error> damaged;
  const auto opened = folder_.OpenNewestGood(&damaged);
  EXPECT_TRUE(damaged.empty());
}

TEST(FolderLock, IsTakenOnce) {
  TempDir temp;
  const std::string folder = temp.File("a/b");
  {
    const auto lock = FolderLock::Take(folder, "here");
    ASSERT_TRUE(lock.ok()) << lock.error().message;
    EXPECT_EQ(FolderLock::Take(folder, "here").error().reason, "FOLDER_IN_USE");
  }
  EXPECT_TRUE(FolderLock::Take(folder, "here").ok());
}

}  // namespace
}  // namespace hypnos
