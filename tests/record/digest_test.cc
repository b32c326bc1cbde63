#include "hypnos/record/digest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/memory_file_system.h"

namespace hypnos {
namespace {

uint64_t DigestOfValues(const std::vector<std::vector<float>>& parts) {
  Digest digest;
  for (const auto& part : parts) digest.Add(part);
  return digest.value();
}

TEST(Digest, DependsOnEveryBitAndTheirOrderAlone) {
  EXPECT_EQ(DigestOfValues({{1, 2}, {3}}), DigestOfValues({{1}, {2, 3}}));
  EXPECT_NE(DigestOfValues({{1, 2}}), DigestOfValues({{2, 1}}));
  EXPECT_NE(DigestOfValues({{0.0f}}), DigestOfValues({{-0.0f}}));
}

// Of another program's, too: XXH3 of nothing is a known number.
TEST(Digest, IsXxh3) { EXPECT_EQ(DigestOf(""), 0x2d06800538d394c2u); }

TEST(Digest, OfAFileIsThatOfItsBytes) {
  MemoryFileSystem disk;
  for (const size_t bytes : {0, 1, 1'048'576, 3'000'000}) {
    std::string text(bytes, 'x');
    if (bytes > 2) text[bytes / 2] = 'y';
    disk.WriteFile("file", text);
    EXPECT_EQ(*DigestOfFile(disk, "file"), DigestOf(text));
  }
  EXPECT_EQ(DigestOfFile(disk, "nowhere").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace hypnos
