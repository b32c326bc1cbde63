#include "hypnos/checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hypnos {
namespace {

using testing::HasSubstr;

std::string WhyNot(const std::string& json, uint64_t data_bytes = 8) {
  const auto head = ParseHeader(json, data_bytes);
  EXPECT_FALSE(head.ok());
  if (head.ok()) return "";
  EXPECT_EQ(head.error().reason, "NO_SAFETENSORS");
  return head.error().message;
}

TEST(Safetensors, ReadsWhatItWrites) {
  SafetensorsHead head;
  head.metadata = {{"key", "a \"text\"\n"}};
  head.tensors = {{"none", ElementType::kF32, {0, 3}, 0, 0},
                  {"one", ElementType::kF64, {}, 0, 8},
                  {"two", ElementType::kBF16, {2, 3}, 8, 20}};
  const std::string bytes = WriteHead(head);
  EXPECT_EQ(bytes.size() % 64, 0u);
  const auto length = HeaderLength(bytes, bytes.size() + 20);
  ASSERT_TRUE(length.ok());
  EXPECT_EQ(*length, bytes.size() - 8);
  const auto read = ParseHeader(std::string_view(bytes).substr(8), 20);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->metadata, head.metadata);
  ASSERT_EQ(read->tensors.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read->tensors[i].name, head.tensors[i].name);
    EXPECT_EQ(read->tensors[i].type, head.tensors[i].type);
    EXPECT_EQ(read->tensors[i].shape, head.tensors[i].shape);
    EXPECT_EQ(read->tensors[i].begin, head.tensors[i].begin);
    EXPECT_EQ(read->tensors[i].end, head.tensors[i].end);
  }
}

// As the published format has it.
TEST(Safetensors, ReadsWhatOthersWrite) {
  const auto head = ParseHeader(
      R"({"b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},)"
      R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"format":"pt"}} )",
      8);
  ASSERT_TRUE(head.ok()) << head.error().message;
  EXPECT_EQ(head->tensors[0].name, "a");
  EXPECT_EQ(head->tensors[1].name, "b");
}

TEST(Safetensors, SaysWhyAHeaderIsNone) {
  EXPECT_THAT(WhyNot(""), HasSubstr("no JSON object"));
  EXPECT_THAT(WhyNot("[]"), HasSubstr("no JSON object"));
  EXPECT_THAT(WhyNot(R"({"a":1})"), HasSubstr("is not described"));
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"I7","shape":[1],"data_offsets":[0,8]}})"),
              HasSubstr("not known"));
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"F64","shape":[-1],"data_offsets":[0,8]}})"),
              HasSubstr("no shape"));
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"F64","shape":[2],"data_offsets":[0,8]}})"),
              HasSubstr("another size"));
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[8,0]}})"),
              HasSubstr("another size"));
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}})", 16),
              HasSubstr("does not begin"));
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}})", 9),
              HasSubstr("9 bytes of data"));
  EXPECT_THAT(WhyNot(R"({"__metadata__":{"a":1}})", 0), HasSubstr("more than text"));
}

TEST(Safetensors, CountsNoFurtherThanItCan) {
  EXPECT_THAT(WhyNot(R"({"a":{"dtype":"F64","shape":[4294967296,4294967297],)"
                     R"("data_offsets":[0,8]}})"),
              HasSubstr("another size"));
}

TEST(Safetensors, RefusesWhatIsNestedWithoutEnd) {
  EXPECT_THAT(WhyNot(std::string(1 << 20, '[')), HasSubstr("no list of tensors"));
}

TEST(Safetensors, RefusesALengthBeyondTheFile) {
  const std::string bytes("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8);
  EXPECT_FALSE(HeaderLength(bytes, 100).ok());
  EXPECT_FALSE(HeaderLength(bytes.substr(1), 100).ok());
  EXPECT_FALSE(HeaderLength(std::string("\0\0\0\1\0\0\0\0", 8), uint64_t{1} << 40).ok() &&
               (uint64_t{1} << 24) > kLongestHeader);
}

}  // namespace
}  // namespace hypnos
