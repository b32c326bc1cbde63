// What the fuzzer begins with, and what it has found: held to the same promises in every test run.
#include <gtest/gtest.h>

#include <filesystem>

#include "hypnos/base/file_system.h"
#include "web/fuzz_property.h"

namespace hypnos {
namespace {

TEST(WebCorpus, KeepsEveryPromise) {
  PosixFileSystem files;
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(HYPNOS_CORPUS_FOLDER)) {
    SCOPED_TRACE(entry.path().string());
    const auto input = files.ReadFile(entry.path().string());
    ASSERT_TRUE(input.ok());
    EXPECT_EQ(BrokenWebPromise(*input), "");
    ++inputs;
  }
  EXPECT_GE(inputs, 10);
}

}  // namespace
}  // namespace hypnos
