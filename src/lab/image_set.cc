#include "lab/image_set.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "lab/gunzip.h"
#include "lab/idx.h"

namespace hypnos::lab {
namespace {

struct Part {
  size_t height = 0;
  size_t width = 0;
  LabelledImages images;
};

Error Unfit(const std::string& path, const std::string& why) {
  return {Code::kInvalidArgument, "IMAGE_SET", Format("'{}': {}", path, why)};
}

Error Missing(const std::string& folder, const std::string& path) {
  std::string what_to_do = "say with --data DIR where such files are";
  if (folder == kFashionFolder) {
    what_to_do = "install the package dataset-fashion-mnist, or " + what_to_do;
  }
  return {Code::kNotFound, "FILE_NOT_FOUND",
          Format("there is neither '{0}' nor '{0}.gz'; {1}", path, what_to_do)};
}

struct File {
  std::string path;
  std::string bytes;
};

Result<File> Read(FileSystem& files, const std::string& folder, const std::string& name) {
  const std::string plain = folder + "/" + name;
  const std::string packed = plain + ".gz";
  const std::string& path = files.Exists(plain) ? plain : packed;
  if (!files.Exists(path)) return Missing(folder, plain);
  HYPNOS_ASSIGN_OR_RETURN(std::string bytes, files.ReadFile(path));
  if (!IsGzip(bytes)) return File{path, std::move(bytes)};
  HYPNOS_ASSIGN_OR_RETURN(std::string unpacked, Gunzip(bytes, path));
  return File{path, std::move(unpacked)};
}

Status CheckLabels(const std::string& path, const std::vector<uint8_t>& labels) {
  const auto wrong = std::ranges::find_if(labels, [](uint8_t label) { return label >= kClasses; });
  if (wrong == labels.end()) return {};
  return Unfit(path, Format("label {} of image {}; labels go from 0 to {}", *wrong,
                            wrong - labels.begin(), kClasses - 1));
}

Result<Part> LoadPart(FileSystem& files, const std::string& folder, const std::string& prefix) {
  HYPNOS_ASSIGN_OR_RETURN(const File images_file,
                          Read(files, folder, prefix + "-images-idx3-ubyte"));
  HYPNOS_ASSIGN_OR_RETURN(const File labels_file,
                          Read(files, folder, prefix + "-labels-idx1-ubyte"));
  HYPNOS_ASSIGN_OR_RETURN(IdxImages images, ParseIdxImages(images_file.bytes, images_file.path));
  HYPNOS_ASSIGN_OR_RETURN(auto labels, ParseIdxLabels(labels_file.bytes, labels_file.path));
  if (images.count == 0) return Unfit(images_file.path, "holds no image");
  if (images.count != labels.size()) {
    return Unfit(labels_file.path, Format("{} labels for {} images", labels.size(), images.count));
  }
  const size_t size = images.height * images.width;
  if (size < kClasses) {
    return Unfit(images_file.path, Format("{} x {} pixels have no room for one of {} labels",
                                          images.width, images.height, kClasses));
  }
  HYPNOS_RETURN_IF_ERROR(CheckLabels(labels_file.path, labels));
  return Part{images.height, images.width, {std::move(images.pixels), std::move(labels), size}};
}

std::string WithoutSlashAtEnd(std::string folder) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  return folder;
}

}  // namespace

void LabelledImages::CopyTo(size_t index, std::span<float> out) const {
  HYPNOS_CHECK(index < count() && out.size() == size);
  const auto image = std::span(pixels).subspan(index * size, size);
  std::ranges::transform(image, out.begin(),
                         [](uint8_t pixel) { return static_cast<float>(pixel) / 255.0f; });
}

Result<ImageSet> LoadImageSet(FileSystem& files, const std::string& path) {
  const std::string folder = WithoutSlashAtEnd(path);
  HYPNOS_ASSIGN_OR_RETURN(Part train, LoadPart(files, folder, "train"));
  HYPNOS_ASSIGN_OR_RETURN(Part test, LoadPart(files, folder, "t10k"));
  if (train.height != test.height || train.width != test.width) {
    return Unfit(folder, Format("training images of {} x {} pixels, but test images of {} x {}",
                                train.width, train.height, test.width, test.height));
  }
  return ImageSet{std::filesystem::path(folder).filename().string(), train.height, train.width,
                  std::move(train.images), std::move(test.images)};
}

ImageSet WithValidation(ImageSet set, size_t count) {
  HYPNOS_CHECK(count < set.train.count());
  const size_t kept = set.train.count() - count;
  const auto first_pixel = set.train.pixels.begin() + static_cast<ptrdiff_t>(kept * set.train.size);
  const auto first_label = set.train.labels.begin() + static_cast<ptrdiff_t>(kept);
  set.test.pixels.assign(first_pixel, set.train.pixels.end());
  set.test.labels.assign(first_label, set.train.labels.end());
  set.train.pixels.resize(kept * set.train.size);
  set.train.labels.resize(kept);
  return set;
}

Result<std::vector<ImageSet>> LoadImageSets(FileSystem& files,
                                            const std::vector<std::string>& folders,
                                            bool validate) {
  const std::vector<std::string> fashion = {kFashionFolder};
  std::vector<ImageSet> sets;
  for (const std::string& folder : folders.empty() ? fashion : folders) {
    HYPNOS_ASSIGN_OR_RETURN(ImageSet set, LoadImageSet(files, folder));
    const size_t needed = kImagesPerBatch + (validate ? kValidationImages : 0);
    if (set.train.count() < needed) {
      return Error{
          Code::kInvalidArgument, "IMAGE_SET",
          Format("'{}' has {} training images; {} are needed", folder, set.train.count(), needed)};
    }
    sets.push_back(validate ? WithValidation(std::move(set), kValidationImages) : std::move(set));
  }
  return sets;
}

}  // namespace hypnos::lab
