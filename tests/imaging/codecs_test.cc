#include "hypnos/imaging/codecs.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "support/clips.h"

namespace hypnos {
namespace {

int LargestDifference(const Image& one, const Image& other) {
  int largest = 0;
  for (size_t i = 0; i < one.bytes().size(); ++i) {
    largest = std::max(largest, std::abs(one.bytes()[i] - other.bytes()[i]));
  }
  return largest;
}

TEST(Codecs, PngKeepsEveryByte) {
  const Image image = NumberedImage(0b10110010);
  const auto decoded = DecodeImage(EncodePng(image));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, image);
}

TEST(Codecs, JpegKeepsThePictureNearly) {
  Image image(32, 32, 3);
  for (size_t i = 0; i < image.bytes().size(); ++i) {
    image.bytes()[i] = static_cast<uint8_t>(i / 96 * 6);
  }
  const auto decoded = DecodeImage(EncodeJpeg(image, 95));
  ASSERT_TRUE(decoded.ok());
  EXPECT_LE(LargestDifference(*decoded, image), 6);
}

TEST(Codecs, GreyImagesComeBackInThreeEqualChannels) {
  Image grey(9, 9, 1);
  std::ranges::fill(grey.bytes(), uint8_t{77});
  const auto decoded = DecodeImage(EncodePng(grey));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->channels(), 3);
  EXPECT_TRUE(std::ranges::all_of(decoded->bytes(), [](uint8_t b) { return b == 77; }));
}

void ExpectNoImage(std::span<const uint8_t> bytes, const std::string& why) {
  testing::internal::CaptureStderr();
  const auto decoded = DecodeImage(bytes);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "libraries must not print";
  ASSERT_FALSE(decoded.ok());
  EXPECT_EQ(decoded.error().code, Code::kInvalidArgument);
  EXPECT_EQ(decoded.error().reason, "NOT_AN_IMAGE");
  EXPECT_NE(decoded.error().message.find(why), std::string::npos) << decoded.error().message;
}

TEST(Codecs, WhatIsNoImageIsRefusedInSilence) {
  ExpectNoImage({}, "empty");
  for (const std::string_view text : {"<!DOCTYPE html><html></html>", "P5 is not enough"}) {
    ExpectNoImage({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, "neither");
  }
}

TEST(Codecs, FilesCutOffAnywhereAreRefusedInSilence) {
  const Image image = NumberedImage(37);
  for (const auto& bytes : {EncodePng(image), EncodeJpeg(image)}) {
    for (const size_t missing : {size_t{1}, bytes.size() / 2, bytes.size() - 20}) {
      ExpectNoImage(std::span(bytes).first(bytes.size() - missing), "");
    }
  }
}

TEST(Codecs, ASmallPictureInsideAPhotoDoesNotHideThatThePhotoIsCutOff) {
  auto photo = EncodeJpeg(NumberedImage(1));
  // An application segment that holds "end of image", as a photo's preview does.
  const std::vector<uint8_t> preview = {0xff, 0xe1, 0x00, 0x04, 0xff, 0xd9};
  photo.insert(photo.begin() + 2, preview.begin(), preview.end());
  EXPECT_TRUE(DecodeImage(photo).ok());
  ExpectNoImage(std::span(photo).first(photo.size() - 2), "cut off");
}

}  // namespace
}  // namespace hypnos
