#include "lab/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "lab/gunzip.h"
#include "lab/idx_files.h"

namespace hypnos::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Idx, ImagesAreReadInOrder) {
  const auto images = ParseIdxImages(IdxImageBytes(2, 1, 3, "abcdef"), "x");
  ASSERT_TRUE(images.ok()) << images.error().message;
  EXPECT_EQ(images->count, 2U);
  EXPECT_EQ(images->height, 1U);
  EXPECT_EQ(images->width, 3U);
  EXPECT_THAT(images->pixels, ElementsAre('a', 'b', 'c', 'd', 'e', 'f'));
}

TEST(Idx, LabelsAreReadInOrder) {
  const auto labels = ParseIdxLabels(IdxLabelBytes("\x03\x01"), "x");
  ASSERT_TRUE(labels.ok()) << labels.error().message;
  EXPECT_THAT(*labels, ElementsAre(3, 1));
}

TEST(Idx, AFileOfAnotherKindIsRefusedByItsFirstBytes) {
  for (const std::string& bytes :
       {std::string(), std::string("\0\0", 2), std::string("PNG and so on"), IdxLabelBytes("ab")}) {
    const auto images = ParseIdxImages(bytes, "some/file");
    ASSERT_FALSE(images.ok());
    EXPECT_EQ(images.error().reason, "IDX_MAGIC");
    EXPECT_THAT(images.error().message, HasSubstr("'some/file' is no IDX file of images"));
  }
  EXPECT_EQ(ParseIdxLabels(IdxImageBytes(0, 1, 1, ""), "x").error().reason, "IDX_MAGIC");
}

TEST(Idx, AFileCutOffAnywhereIsRefused) {
  const std::string images = IdxImageBytes(2, 1, 3, "abcdef");
  for (size_t size = 4; size < images.size(); ++size) {
    const auto cut = ParseIdxImages(images.substr(0, size), "some/file");
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error().reason, "IDX_SIZE");
  }
  const std::string labels = IdxLabelBytes("abc");
  for (size_t size = 4; size < labels.size(); ++size) {
    ASSERT_FALSE(ParseIdxLabels(labels.substr(0, size), "x").ok()) << size;
  }
}

TEST(Idx, AFileThatIsTooLongIsRefused) {
  const auto images = ParseIdxImages(IdxImageBytes(1, 1, 3, "abcd"), "some/file");
  ASSERT_FALSE(images.ok());
  EXPECT_THAT(images.error().message,
              HasSubstr("has 20 bytes, but its header says 1 images of 3 x 1"));
  EXPECT_FALSE(ParseIdxLabels(IdxLabelBytes("ab") + "c", "x").ok());
}

TEST(Idx, SizesThatMultiplyBeyondAllBoundsAreRefused) {
  EXPECT_FALSE(ParseIdxImages(IdxImageBytes(UINT32_MAX, UINT32_MAX, UINT32_MAX, "abc"), "x").ok());
  // 2^32 x 2^31 x 2 is 0 in 64 bits.
  EXPECT_FALSE(ParseIdxImages(IdxImageBytes(2, 1U << 31, UINT32_MAX, ""), "x").ok());
  EXPECT_FALSE(ParseIdxImages(IdxImageBytes(5, 0, 3, "abc"), "x").ok());
}

TEST(Gunzip, UnpacksWhatGzipPacked) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += static_cast<char>(i * i % 251);
  const std::string packed = Gzipped(text);
  EXPECT_TRUE(IsGzip(packed));
  EXPECT_FALSE(IsGzip(text));
  EXPECT_EQ(*Gunzip(packed, "x"), text);
}

TEST(Gunzip, SeveralMembersAreOneFile) {
  EXPECT_EQ(*Gunzip(Gzipped("before ") + Gzipped("after"), "x"), "before after");
}

TEST(Gunzip, AFileCutOffAnywhereIsRefused) {
  const std::string packed = Gzipped("what is in it");
  for (size_t size = 0; size < packed.size(); ++size) {
    const auto cut = Gunzip(packed.substr(0, size), "some/file.gz");
    ASSERT_FALSE(cut.ok()) << size;
    EXPECT_EQ(cut.error().reason, "GZIP_DAMAGED");
    EXPECT_THAT(cut.error().message, HasSubstr("'some/file.gz' is damaged or cut off"));
  }
}

TEST(Gunzip, AChangedByteIsNoticed) {
  std::string packed = Gzipped("what is in it");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // checksum
  EXPECT_FALSE(Gunzip(packed, "x").ok());
}

}  // namespace
}  // namespace hypnos::lab
