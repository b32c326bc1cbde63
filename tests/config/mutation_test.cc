// A small, repeatable share of what the fuzzer does, in every build.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "config/load_property.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/rng.h"

namespace hypnos::config {
namespace {

constexpr int kMutations = 4000;

std::vector<std::string> Corpus() {
  using std::string_literals::operator""s;
  std::vector<std::string> corpus = {
      "",
      "{}",
      "a: &a [*a]",
      "? ",
      "\xef\xbb\xbf{}",
      "a: |2\n   x",
      "%YAML 1.2\n---\n{}\n...\n",
      "{}\0sources.0.name=a\0sources.0.synthetic={}\0encoding.patches={}\0network.layers=[{}]"s,
      "sources: [{name: a, stream: {url: 'rtsp://u:p@h'}}]\nnetwork: {layers: [{}]}\n\0"s
      "HYPNOS_ENCODING__PATCHES={}"};
  PosixFileSystem files;
  for (const auto& entry : std::filesystem::directory_iterator(HYPNOS_CONFIGS_FOLDER)) {
    corpus.push_back(files.ReadFile(entry.path().string()).value());
  }
  return corpus;
}

// Removes, repeats, replaces or brings in a piece from elsewhere.
std::string Mutated(std::string text, const std::vector<std::string>& corpus, Rng* rng) {
  const size_t at = rng->Below(text.size() + 1);
  const size_t length = rng->Below(16);
  switch (rng->Below(5)) {
    case 0:
      return text.erase(at, length);
    case 1:
      return text.insert(at, text.substr(at, length));
    case 2:
      return text.insert(at, 1, static_cast<char>(rng->Below(256)));
    case 3:
      return text.insert(at, 1, ":-[]{}&*!|>'\"%@`#?,\n \t"[rng->Below(22)]);
    default: {
      const std::string& other = corpus[rng->Below(corpus.size())];
      return text.insert(at, other.substr(rng->Below(other.size() + 1), length * 4));
    }
  }
}

TEST(Mutation, TheCorpusKeepsThePromises) {
  for (const std::string& text : Corpus()) EXPECT_EQ(BrokenPromise(text), "") << text;
}

TEST(Mutation, MangledFilesKeepThePromises) {
  std::vector<std::string> corpus = Corpus();
  std::sort(corpus.begin(), corpus.end());  // a folder has no order
  Rng rng(1);
  for (int i = 0; i < kMutations; ++i) {
    std::string text = corpus[rng.Below(corpus.size())];
    for (uint64_t left = 1 + rng.Below(4); left > 0; --left) {
      text = Mutated(std::move(text), corpus, &rng);
    }
    ASSERT_EQ(BrokenPromise(text), "") << text;
  }
}

}  // namespace
}  // namespace hypnos::config
