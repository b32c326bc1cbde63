// What the fuzzer begins with, and what it has found: held to the same promises in every test run.
#include "support/corpus.h"

#include <gtest/gtest.h>

#include "control/fuzz_property.h"

namespace hypnos {
namespace {

TEST(Corpus, KeepsEveryPromise) {
  ExpectCorpusKeeps(HYPNOS_CORPUS_FOLDER, 10, BrokenControlPromise);
}

}  // namespace
}  // namespace hypnos
