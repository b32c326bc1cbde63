// What a fuzzer begins with, and what it has found, held to its promises in every test run.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "hypnos/base/file_system.h"

namespace hypnos {

// `broken`: which promise an input breaks, in words; empty: none. The folder holds `least` inputs
// at the least: an empty one keeps every promise.
template <class Broken>
void ExpectCorpusKeeps(const std::string& folder, int least, const Broken& broken) {
  PosixFileSystem files;
  int inputs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    SCOPED_TRACE(entry.path().string());
    const auto input = files.ReadFile(entry.path().string());
    ASSERT_TRUE(input.ok());
    EXPECT_EQ(broken(*input), "");
    ++inputs;
  }
  EXPECT_GE(inputs, least);
}

}  // namespace hypnos
