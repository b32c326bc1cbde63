// What the fuzzer begins with, and what it has found: held to the same promises in every test run.
#include "support/corpus.h"

#include <gtest/gtest.h>

#include "web/fuzz_property.h"

namespace hypnos {
namespace {

TEST(WebCorpus, KeepsEveryPromise) {
  ExpectCorpusKeeps(HYPNOS_CORPUS_FOLDER, 10, BrokenWebPromise);
}

}  // namespace
}  // namespace hypnos
