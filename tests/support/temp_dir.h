// A folder of the test's own on the real disk, gone with this object.
// Threads: thread-compatible.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "hypnos/base/check.h"

namespace hypnos {

class TempDir {
 public:
  TempDir() : path_(testing::TempDir() + "hypnos-XXXXXX") {
    HYPNOS_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  // The path of a file in the folder, whether it is there or not.
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace hypnos
