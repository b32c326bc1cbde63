#include "record/block.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using ::testing::HasSubstr;

std::string Segment(const std::vector<std::string>& blocks) {
  BlockCompressor compressor(1);
  std::string bytes = SegmentBeginning();
  for (const std::string& block : blocks) compressor.Append(block, &bytes);
  return bytes;
}

// The blocks, and why there are no more: OK at the end.
std::pair<std::vector<std::string>, std::string> Read(std::string_view bytes) {
  BlockReader reader(bytes, "s");
  std::vector<std::string> blocks;
  while (true) {
    auto block = reader.Next();
    if (!block.ok()) return {blocks, block.error().reason};
    if (!*block) return {blocks, "OK"};
    blocks.push_back(**std::move(block));
  }
}

TEST(Block, ReadsWhatWasWritten) {
  const std::vector<std::string> blocks = {"a", std::string(100'000, 'b'), "c"};
  const auto [read, why] = Read(Segment(blocks));
  EXPECT_EQ(read, blocks);
  EXPECT_EQ(why, "OK");
}

TEST(Block, ReadsWholeBlocksOfWhatIsCutOffAnywhere) {
  const std::vector<std::string> blocks = {"one", "two", "three"};
  const std::string bytes = Segment(blocks);
  size_t most = 0;
  for (size_t length = 0; length < bytes.size(); ++length) {
    const auto [read, why] = Read(std::string_view(bytes).substr(0, length));
    EXPECT_GE(read.size(), most);
    most = read.size();
    EXPECT_LT(read.size(), blocks.size());
    for (size_t i = 0; i < read.size(); ++i) EXPECT_EQ(read[i], blocks[i]);
    // Where the file ends between two blocks nothing is known to be missing.
    EXPECT_TRUE(why == "OK" || why == "SEGMENT_CUT_OFF") << why;
  }
}

TEST(Block, NoticesEveryFlippedBit) {
  const std::vector<std::string> blocks = {"one", "two"};
  const std::string bytes = Segment(blocks);
  for (size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
      const auto [read, why] = Read(flipped);
      EXPECT_NE(why, "OK") << "byte " << i;
      for (size_t b = 0; b < read.size(); ++b) EXPECT_EQ(read[b], blocks[b]);
    }
  }
}

TEST(Block, SaysWhatIsWrong) {
  std::string bytes = Segment({"one"});
  EXPECT_EQ(BlockReader("RIFF....", "s").Next().error().message,
            "'s' is no part of a session log: it begins otherwise");
  bytes[8] = 9;
  EXPECT_THAT(
      BlockReader(bytes, "s").Next().error().message,
      HasSubstr("'s' is of version 9 of the session log, and this program reads version 1"));
  EXPECT_EQ(BlockReader(bytes, "s").Next().error().code, Code::kUnimplemented);
}

// A few bytes must not ask for gigabytes.
TEST(Block, RefusesImpossibleLengths) {
  std::string bytes = SegmentBeginning();
  bytes += std::string("\x01\x00\x00\x00\xff\xff\xff\xff", 8) + std::string(8, 'x') + "y";
  EXPECT_EQ(Read(bytes).second, "SEGMENT_DAMAGED");
}

}  // namespace
}  // namespace hypnos
