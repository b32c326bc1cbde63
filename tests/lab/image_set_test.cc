#include "lab/image_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lab/idx_files.h"
#include "support/memory_file_system.h"

namespace hypnos::lab {
namespace {

using testing::HasSubstr;

// Three training and two test images of 2 x 6 pixels.
class ImageSetTest : public testing::Test {
 protected:
  ImageSetTest() {
    Write("train-images-idx3-ubyte", IdxImageBytes(3, 2, 6, std::string(36, '\xff')));
    Write("train-labels-idx1-ubyte", IdxLabelBytes({0, 9, 4}));
    Write("t10k-images-idx3-ubyte", IdxImageBytes(2, 2, 6, std::string(24, '\x33')));
    Write("t10k-labels-idx1-ubyte", IdxLabelBytes({1, 2}));
  }

  void Write(const std::string& name, const std::string& bytes) {
    disk_.WriteFile("data/tiny/" + name, bytes);
  }
  Error FailingLoad() {
    const auto set = LoadImageSet(disk_, "data/tiny");
    return set.ok() ? Error{} : set.error();
  }

  MemoryFileSystem disk_;
};

TEST_F(ImageSetTest, HoldsWhatTheFilesHold) {
  const auto set = LoadImageSet(disk_, "data/tiny/");
  ASSERT_TRUE(set.ok()) << set.error().message;
  EXPECT_EQ(set->name, "tiny");
  EXPECT_EQ(set->height, 2U);
  EXPECT_EQ(set->width, 6U);
  EXPECT_EQ(set->train.labels, (std::vector<uint8_t>{0, 9, 4}));
  EXPECT_EQ(set->test.count(), 2U);
  std::vector<float> image(12);
  set->test.CopyTo(1, image);
  EXPECT_EQ(image, std::vector<float>(12, 0.2f));
}

TEST_F(ImageSetTest, GzippedFilesAreTheSame) {
  ASSERT_TRUE(disk_.Remove("data/tiny/train-labels-idx1-ubyte").ok());
  Write("train-labels-idx1-ubyte.gz", Gzipped(IdxLabelBytes({7, 8, 9})));
  const auto set = LoadImageSet(disk_, "data/tiny");
  ASSERT_TRUE(set.ok()) << set.error().message;
  EXPECT_EQ(set->train.labels, (std::vector<uint8_t>{7, 8, 9}));
}

TEST_F(ImageSetTest, AMissingFileIsNamedAndWhatToDo) {
  ASSERT_TRUE(disk_.Remove("data/tiny/t10k-labels-idx1-ubyte").ok());
  const Error error = FailingLoad();
  EXPECT_EQ(error.code, Code::kNotFound);
  EXPECT_THAT(error.message, HasSubstr("neither 'data/tiny/t10k-labels-idx1-ubyte' nor "
                                       "'data/tiny/t10k-labels-idx1-ubyte.gz'"));
  EXPECT_THAT(error.message, HasSubstr("--data DIR"));
}

TEST_F(ImageSetTest, WithoutFashionThePackageIsNamed) {
  const auto set = LoadImageSet(disk_, kFashionFolder);
  ASSERT_FALSE(set.ok());
  EXPECT_THAT(set.error().message, HasSubstr("install the package dataset-fashion-mnist"));
}

TEST_F(ImageSetTest, AsManyLabelsAsImagesAreNeeded) {
  Write("train-labels-idx1-ubyte", IdxLabelBytes({0, 9}));
  EXPECT_EQ(FailingLoad().message, "'data/tiny/train-labels-idx1-ubyte': 2 labels for 3 images");
}

TEST_F(ImageSetTest, ALabelOutsideTheClassesIsRefused) {
  Write("t10k-labels-idx1-ubyte", IdxLabelBytes({1, 10}));
  EXPECT_THAT(FailingLoad().message, HasSubstr("label 10 of image 1; labels go from 0 to 9"));
}

TEST_F(ImageSetTest, ImagesWithoutRoomForTheLabelAreRefused) {
  Write("train-images-idx3-ubyte", IdxImageBytes(3, 3, 3, std::string(27, 'x')));
  EXPECT_THAT(FailingLoad().message, HasSubstr("no room for one of 10 labels"));
}

TEST_F(ImageSetTest, TestImagesHaveTheSizeOfTrainingImages) {
  Write("t10k-images-idx3-ubyte", IdxImageBytes(2, 4, 6, std::string(48, 'x')));
  EXPECT_THAT(FailingLoad().message, HasSubstr("of 6 x 2 pixels, but test images of 6 x 4"));
}

TEST_F(ImageSetTest, AFileWithoutImagesIsRefused) {
  Write("t10k-images-idx3-ubyte", IdxImageBytes(0, 2, 6, ""));
  Write("t10k-labels-idx1-ubyte", IdxLabelBytes(""));
  EXPECT_THAT(FailingLoad().message, HasSubstr("holds no image"));
}

TEST_F(ImageSetTest, ValidationImagesAreNotLearnedFrom) {
  auto loaded = LoadImageSet(disk_, "data/tiny");
  ASSERT_TRUE(loaded.ok());
  const ImageSet set = WithValidation(*std::move(loaded), 1);
  EXPECT_EQ(set.train.labels, (std::vector<uint8_t>{0, 9}));
  EXPECT_EQ(set.train.pixels.size(), 24U);
  EXPECT_EQ(set.test.labels, (std::vector<uint8_t>{4}));
  std::vector<float> image(12);
  set.test.CopyTo(0, image);
  EXPECT_EQ(image, std::vector<float>(12, 1.0f));
}

TEST_F(ImageSetTest, SetsThatLeaveNoBatchToLearnFromAreRefused) {
  for (const bool validate : {false, true}) {
    const auto sets = LoadImageSets(disk_, {"data/tiny"}, validate);
    ASSERT_FALSE(sets.ok());
    EXPECT_EQ(sets.error().reason, "IMAGE_SET");
    EXPECT_THAT(sets.error().message,
                HasSubstr(validate ? "has 3 training images; 10100 are needed"
                                   : "has 3 training images; 100 are needed"));
  }
}

TEST_F(ImageSetTest, SeveralSetsKeepTheirOrder) {
  SyntheticImages(100, 10, 1).WriteTo(disk_, "one");
  SyntheticImages(120, 10, 1).WriteTo(disk_, "two");
  const auto sets = LoadImageSets(disk_, {"two", "one"}, false);
  ASSERT_TRUE(sets.ok());
  ASSERT_EQ(sets->size(), 2U);
  EXPECT_EQ((*sets)[0].train.count(), 120U);
  EXPECT_EQ((*sets)[1].name, "one");
}

}  // namespace
}  // namespace hypnos::lab
