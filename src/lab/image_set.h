// Labelled images to learn from and to be judged by, from a folder of MNIST-format files:
//   train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte,
//   t10k-labels-idx1-ubyte,
// each as it is or gzipped with .gz behind its name.
// Threads: safe to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"

namespace hypnos::lab {

inline constexpr size_t kClasses = 10;

// Experiments learn and judge so many at a time.
inline constexpr size_t kImagesPerBatch = 100;

// Added under the root where images are length-normalised: far below one lit pixel, for they are
// without noise, and only a black one is not normalised.
inline constexpr float kPixelNoise = 1e-4f;

// Where Debian's dataset-fashion-mnist has Fashion-MNIST.
inline constexpr const char* kFashionFolder = "/usr/share/datasets/fashion-mnist";

struct LabelledImages {
  std::vector<uint8_t> pixels;  // [count x size]
  std::vector<uint8_t> labels;  // [count], below kClasses
  size_t size = 0;              // pixels of an image

  size_t count() const { return labels.size(); }
  // One image with values in [0, 1].
  void CopyTo(size_t index, std::span<float> out) const;
};

struct ImageSet {
  std::string name;  // the folder's
  size_t height = 0;
  size_t width = 0;
  LabelledImages train;
  LabelledImages test;
};

// Errors, naming the file: those of reading and parsing; kNotFound, saying which package has
// Fashion-MNIST, if that is what is missing; kInvalidArgument, reason IMAGE_SET, where the files do
// not fit one another, a label is not below kClasses or an image has too few pixels for one.
Result<ImageSet> LoadImageSet(FileSystem& files, const std::string& folder);

// How many images are kept back for choosing settings: as many as MNIST has test images.
inline constexpr size_t kValidationImages = 10'000;

// For choosing settings: the last `count` training images take the place of the test images, which
// nobody has seen then.
// Precondition: there are more training images than that.
ImageSet WithValidation(ImageSet set, size_t count);

// What an experiment learns from and is judged by: the sets in these folders, or Fashion-MNIST
// where none is named, WithValidation or as they are. Errors: LoadImageSet's; kInvalidArgument,
// reason IMAGE_SET, for a set that leaves less than one batch to learn from.
Result<std::vector<ImageSet>> LoadImageSets(FileSystem& files,
                                            const std::vector<std::string>& folders, bool validate);

}  // namespace hypnos::lab
