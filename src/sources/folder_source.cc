#include "hypnos/sources/folder_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/log.h"
#include "hypnos/imaging/codecs.h"
#include "sources/frame_stamp.h"
#include "sources/label_table.h"
#include "sources/natural_order.h"
#include "sources/sticky_source.h"

namespace hypnos {
namespace {

constexpr std::array<std::string_view, 11> kExtensions = {
    ".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".pbm", ".pnm"};

bool IsNamedLikeAnImage(const std::filesystem::path& path) {
  if (path.filename().string().starts_with('.')) return false;
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kExtensions, extension) != kExtensions.end();
}

Error BadFolder(Code code, const char* reason, const std::string& path, std::string_view why) {
  return {code, reason, Format("folder '{}' {}", path, why)};
}

// The names in the folder of which `wanted` is true, in their order.
Result<std::vector<std::string>> List(const std::string& path,
                                      bool (*wanted)(const std::filesystem::path&)) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return BadFolder(Code::kNotFound, "NO_SUCH_FOLDER", path, "does not exist");
  }
  if (!std::filesystem::is_directory(path, error)) {
    return BadFolder(Code::kInvalidArgument, "NOT_A_FOLDER", path, "is no folder");
  }
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    if (wanted(entry->path())) names.push_back(entry->path().filename().string());
  }
  if (error) {
    return BadFolder(Code::kPermissionDenied, "NOT_READABLE", path,
                     "cannot be listed: " + error.message());
  }
  std::ranges::sort(names, NaturallyBefore);
  return names;
}

bool IsVisibleFolder(const std::filesystem::path& path) {
  std::error_code error;
  return !path.filename().string().starts_with('.') && std::filesystem::is_directory(path, error);
}

std::string In(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

struct ListedImage {
  std::string path;
  bool after_cut = false;  // the first one of another folder than before
  std::optional<size_t> label;
};

// "walking" of "clips/walking/", and of "." what the folder is called.
Result<std::optional<size_t>> LabelOf(const std::string& folder,
                                      const std::vector<std::string>& classes) {
  if (classes.empty()) return std::optional<size_t>();
  HYPNOS_ASSIGN_OR_RETURN(const size_t label, LabelOfFolder(folder, classes));
  return std::optional(label);
}

Status AddImages(const std::string& folder, const FolderSourceOptions& options,
                 std::vector<ListedImage>* images) {
  HYPNOS_ASSIGN_OR_RETURN(const auto names, List(folder, IsNamedLikeAnImage));
  if (names.empty()) return {};
  HYPNOS_ASSIGN_OR_RETURN(const auto label, LabelOf(folder, options.label_classes));
  for (const std::string& name : names) {
    const bool cut = &name == &names.front() && !images->empty();
    images->push_back({In(folder, name), cut, label});
  }
  return {};
}

Result<std::vector<ListedImage>> ListImages(const FolderSourceOptions& options) {
  std::vector<ListedImage> images;
  if (options.subfolders) {
    HYPNOS_ASSIGN_OR_RETURN(const auto folders, List(options.path, IsVisibleFolder));
    for (const std::string& folder : folders) {
      HYPNOS_RETURN_IF_ERROR(AddImages(In(options.path, folder), options, &images));
    }
  } else {
    HYPNOS_RETURN_IF_ERROR(AddImages(options.path, options, &images));
  }
  if (images.empty()) {
    return BadFolder(Code::kInvalidArgument, "NO_FRAMES", options.path,
                     options.subfolders ? "holds no sub-folder with an image" : "holds no image");
  }
  return images;
}

class FolderSource final : public StickySource {
 public:
  FolderSource(const SourceIdentity& identity, FolderSourceOptions options,
               std::vector<ListedImage> images)
      : StickySource(identity),
        options_(std::move(options)),
        images_(std::move(images)),
        stamp_(identity) {}

  bool live() const override { return false; }

  std::optional<int64_t> frame_count() const override {
    if (options_.rounds == 0) return std::nullopt;
    return static_cast<int64_t>(images_.size()) * options_.rounds;
  }

  std::string Describe() const override {
    return Format("folder '{}', {} images, {:g} frames/s", options_.path, images_.size(),
                  options_.frame_rate_hz);
  }

  int64_t unreadable_frames() const override { return unreadable_; }

 private:
  Result<FrameOrEnd> Advance() override {
    while (true) {
      if (next_ == images_.size()) {
        if (!any_this_round_) return NothingReadable();
        if (++rounds_played_ == options_.rounds) return FrameOrEnd(EndOfStream{});
        BeginRound();
      }
      const Duration time = FromSeconds(static_cast<double>(next_) / options_.frame_rate_hz);
      const ListedImage& listed = images_[next_++];
      if (listed.after_cut) stamp_.BeginFolder();
      if (std::optional<Image> image = Read(listed.path)) {
        any_this_round_ = true;
        Frame frame = stamp_.Stamp(*std::move(image), time);
        frame.label = listed.label;
        return FrameOrEnd(std::move(frame));
      }
      stamp_.Skip();
      ++unreadable_;
    }
  }

  void BeginRound() {
    next_ = 0;
    any_this_round_ = false;
    stamp_.BeginRound();
  }

  std::optional<Image> Read(const std::string& path) const {
    // To open a pipe waits for ever for somebody who writes to it.
    std::error_code error;
    const std::filesystem::file_type type = std::filesystem::status(path, error).type();
    if (type != std::filesystem::file_type::regular &&
        type != std::filesystem::file_type::not_found)
      return Passed(path, {Code::kInvalidArgument, "NOT_A_FILE", "it is no regular file"});
    const Result<std::string> bytes = PosixFileSystem().ReadFile(path);
    if (!bytes.ok()) return Passed(path, bytes.error());
    const std::string& encoded = *bytes;
    Result<Image> image =
        DecodeImage({reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()});
    if (!image.ok()) return Passed(path, image.error());
    return *std::move(image);
  }

  std::optional<Image> Passed(const std::string& path, const Error& error) const {
    log::Warning("source '{}': image '{}' is skipped: {}", identity().name, path, error.message);
    return std::nullopt;
  }

  Error NothingReadable() const {
    return BadFolder(Code::kDataLoss, "NO_FRAMES", options_.path,
                     Format("holds {} images, none of which can be read", images_.size()));
  }

  const FolderSourceOptions options_;
  const std::vector<ListedImage> images_;
  FrameStamp stamp_;
  size_t next_ = 0;
  bool any_this_round_ = false;
  uint64_t rounds_played_ = 0;
  std::atomic<int64_t> unreadable_ = 0;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenFolderSource(const SourceIdentity& identity,
                                                 const FolderSourceOptions& options) {
  if (!(options.frame_rate_hz > 0)) {
    return InSource(identity,
                    {Code::kInvalidArgument, "BAD_OPTION", "frame_rate_hz must be above 0"});
  }
  Result<std::vector<ListedImage>> images = ListImages(options);
  if (!images.ok()) return InSource(identity, images.error());
  return std::unique_ptr<Source>(
      std::make_unique<FolderSource>(identity, options, *std::move(images)));
}

}  // namespace hypnos
