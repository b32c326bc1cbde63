// What the fuzzer begins with, and what it has found, and thousands of changes of it: held to the
// same promises in every test run.
#include "support/corpus.h"

#include <gtest/gtest.h>

#include "checkpoint/fuzz_property.h"
#include "checkpoint/small_state.h"
#include "hypnos/base/file_system.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

std::string WholeFile() {
  MemoryFileSystem disk;
  SmallState state = StateAfter(6);
  StatePicture picture;
  state.ExchangeState(picture);
  EXPECT_TRUE(WriteCheckpoint(disk, "a", FactsAfter(6), picture).ok());
  return *disk.ReadFile("a");
}

TEST(CheckpointCorpus, KeepsEveryPromise) {
  ExpectCorpusKeeps(HYPNOS_CORPUS_FOLDER, 5, BrokenCheckpointPromise);
}

TEST(CheckpointCorpus, KeepsThemWhereBytesAreChangedAndTheChecksumIsRight) {
  const std::string whole = WholeFile();
  const std::string unsummed = "s" + whole.substr(0, whole.size() - 8);
  ASSERT_EQ(BrokenCheckpointPromise(unsummed), "");
  Rng rng(1);
  for (int i = 0; i < 5000; ++i) {
    std::string changed = unsummed;
    for (uint64_t changes = 1 + rng.Below(3); changes > 0; --changes) {
      const size_t at = 1 + rng.Below(changed.size() - 1);
      // Digits and brackets more often than other bytes: they say how large things are.
      const char* telling = "0123456789,:[]{}\"-e";
      changed[at] = rng.Below(2) == 0 ? telling[rng.Below(19)] : static_cast<char>(rng.Below(256));
    }
    if (rng.Below(10) == 0) changed.resize(1 + rng.Below(changed.size() - 1));
    ASSERT_EQ(BrokenCheckpointPromise(changed), "") << i;
  }
}

}  // namespace
}  // namespace hypnos
