// What the fuzzer begins with, and what it has found, and thousands of changes of it: held to the
// same promises in every test run.
#include "support/corpus.h"

#include <gtest/gtest.h>

#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/rng.h"
#include "record/fuzz_property.h"

namespace hypnos {
namespace {

std::string Read(const std::string& path) {
  PosixFileSystem files;
  auto input = files.ReadFile(path);
  EXPECT_TRUE(input.ok());
  return *std::move(input);
}

TEST(RecordCorpus, KeepsEveryPromise) {
  ExpectCorpusKeeps(HYPNOS_CORPUS_FOLDER, 4, BrokenRecordPromise);
}

TEST(RecordCorpus, KeepsThemWhereBytesAreChanged) {
  const std::string whole = Read(std::string(HYPNOS_CORPUS_FOLDER) + "/four_frames");
  Rng rng(1);
  for (int i = 0; i < 2000; ++i) {
    std::string changed = whole;
    for (uint64_t changes = 1 + rng.Below(3); changes > 0; --changes) {
      changed[rng.Below(changed.size())] = static_cast<char>(rng.Below(256));
    }
    if (rng.Below(10) == 0) changed.resize(rng.Below(changed.size()));
    ASSERT_EQ(BrokenRecordPromise(changed), "") << i;
  }
}

}  // namespace
}  // namespace hypnos
