// What the fuzzer begins with, and what it has found, and thousands of changes of it: held to the
// same promises in every test run.
#include "support/corpus.h"

#include <gtest/gtest.h>

#include <string>

#include "hypnos/base/file_system.h"
#include "hypnos/base/rng.h"
#include "sources/fuzz_property.h"

namespace hypnos {
namespace {

TEST(SeriesCorpus, KeepsEveryPromise) {
  ExpectCorpusKeeps(HYPNOS_CORPUS_FOLDER, 7, BrokenSeriesPromise);
}

TEST(SeriesCorpus, KeepsThemWhereBytesAreChanged) {
  PosixFileSystem files;
  Rng rng(1);
  for (const char* name : {"usual", "quotes", "headers", "log", "long", "stray"}) {
    const auto whole = files.ReadFile(std::string(HYPNOS_CORPUS_FOLDER) + "/" + name);
    ASSERT_TRUE(whole.ok());
    for (int i = 0; i < 1000; ++i) {
      std::string changed = *whole;
      for (uint64_t changes = 1 + rng.Below(3); changes > 0; --changes) {
        const char likely = ",;\"\n\r.-0"[rng.Below(8)];
        changed[rng.Below(changed.size())] =
            rng.Below(2) == 0 ? likely : static_cast<char>(rng.Below(256));
      }
      if (rng.Below(10) == 0) changed.resize(rng.Below(changed.size()));
      ASSERT_EQ(BrokenSeriesPromise(changed), "") << name << " " << i;
    }
  }
}

}  // namespace
}  // namespace hypnos
