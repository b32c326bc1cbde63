#include "hypnos/control/framing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> ReadAll(MessageReader& reader) {
  std::vector<std::string> messages;
  while (true) {
    auto next = reader.Next();
    if (!next.ok() || !*next) return messages;
    messages.push_back(**next);
  }
}

TEST(Framing, LengthComesFirstMostSignificantByteFirst) {
  EXPECT_EQ(Framed("abc"), std::string("\0\0\0\3abc", 7));
  EXPECT_EQ(Framed(std::string(0x010203, 'x')).substr(0, 4), std::string("\0\1\2\3", 4));
}

TEST(Framing, WhatIsFramedIsReadAgainHoweverItIsCut) {
  Rng rng(1);
  std::vector<std::string> messages;
  std::string stream;
  for (int i = 0; i < 200; ++i) {
    messages.push_back(std::string(1 + rng.Below(3000), static_cast<char>('a' + i % 26)));
    stream += Framed(messages.back());
  }
  for (const size_t largest_piece : {1, 2, 7, 5000, 1000000}) {
    MessageReader reader(4096);
    std::vector<std::string> read;
    for (size_t at = 0; at < stream.size();) {
      const size_t size = 1 + rng.Below(largest_piece);
      reader.Append(std::string_view(stream).substr(at, size));
      for (auto& message : ReadAll(reader)) read.push_back(std::move(message));
      at += size;
    }
    EXPECT_EQ(read, messages);
    EXPECT_FALSE(reader.in_the_middle());
  }
}

TEST(Framing, HalfAMessageIsNone) {
  MessageReader reader(100);
  EXPECT_FALSE(reader.in_the_middle());
  reader.Append(std::string_view("\0\0", 2));
  EXPECT_TRUE(reader.in_the_middle());
  EXPECT_TRUE(ReadAll(reader).empty());
  reader.Append(std::string_view("\0\3ab", 4));
  EXPECT_TRUE(ReadAll(reader).empty());
  reader.Append("c");
  EXPECT_EQ(ReadAll(reader), std::vector<std::string>{"abc"});
}

TEST(Framing, WhatIsTooLargeIsRefusedBeforeItComes) {
  MessageReader reader(100);
  reader.Append(std::string_view("\xFF\xFF\xFF\xFF", 4));
  for (int again = 0; again < 2; ++again) {
    const auto next = reader.Next();
    ASSERT_FALSE(next.ok());
    EXPECT_EQ(next.error().reason, "MESSAGE_TOO_LARGE");
    EXPECT_THAT(next.error().message, HasSubstr("4294967295 bytes"));
    EXPECT_EQ(reader.waiting_bytes(), 4u);
  }
}

TEST(Framing, TheLargestMessageIsAcceptedAndOneByteMoreIsNot) {
  MessageReader accepts(100);
  accepts.Append(Framed(std::string(100, 'x')));
  EXPECT_EQ(ReadAll(accepts).size(), 1u);
  MessageReader refuses(100);
  refuses.Append(Framed(std::string(101, 'x')));
  EXPECT_FALSE(refuses.Next().ok());
}

TEST(Framing, NoBytesAreNoMessage) {
  MessageReader reader(100);
  reader.Append(std::string_view("\0\0\0\0", 4));
  const auto next = reader.Next();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().reason, "EMPTY_MESSAGE");
}

TEST(Framing, TlsIsRecognised) {
  MessageReader reader(100);
  reader.Append("\x16\x03\x01\x02\x01\x01");
  const auto next = reader.Next();
  ASSERT_FALSE(next.ok());
  EXPECT_THAT(next.error().message, HasSubstr("TLS"));
}

TEST(Framing, WhatWasReadIsNotKept) {
  MessageReader reader(1000);
  const std::string framed = Framed(std::string(1000, 'x'));
  for (int i = 0; i < 1000; ++i) {
    // One byte too many each time, so that the buffer is never empty.
    reader.Append(i == 0 ? framed + framed.substr(0, 1) : framed.substr(1) + framed.substr(0, 1));
    EXPECT_EQ(ReadAll(reader).size(), 1u);
    EXPECT_EQ(reader.waiting_bytes(), 1u);
  }
}

}  // namespace
}  // namespace hypnos
