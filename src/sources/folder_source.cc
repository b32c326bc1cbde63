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

Result<std::vector<std::string>> ListImages(const std::string& path) {
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
    if (IsNamedLikeAnImage(entry->path())) names.push_back(entry->path().filename().string());
  }
  if (error) {
    return BadFolder(Code::kPermissionDenied, "NOT_READABLE", path,
                     "cannot be listed: " + error.message());
  }
  if (names.empty()) {
    return BadFolder(Code::kInvalidArgument, "NO_FRAMES", path, "holds no image");
  }
  std::ranges::sort(names, NaturallyBefore);
  return names;
}

class FolderSource final : public StickySource {
 public:
  FolderSource(const SourceIdentity& identity, FolderSourceOptions options,
               std::vector<std::string> names)
      : StickySource(identity),
        options_(std::move(options)),
        names_(std::move(names)),
        stamp_(identity) {}

  bool live() const override { return false; }

  std::optional<int64_t> frame_count() const override {
    if (options_.rounds == 0) return std::nullopt;
    return static_cast<int64_t>(names_.size()) * options_.rounds;
  }

  std::string Describe() const override {
    return Format("folder '{}', {} images, {:g} frames/s", options_.path, names_.size(),
                  options_.frame_rate_hz);
  }

  int64_t unreadable_frames() const override { return unreadable_; }

 private:
  Result<FrameOrEnd> Advance() override {
    while (true) {
      if (next_ == names_.size()) {
        if (!any_this_round_) return NothingReadable();
        if (++rounds_played_ == options_.rounds) return FrameOrEnd(EndOfStream{});
        BeginRound();
      }
      const Duration time = FromSeconds(static_cast<double>(next_) / options_.frame_rate_hz);
      if (std::optional<Image> image = Read(names_[next_++])) {
        any_this_round_ = true;
        return FrameOrEnd(stamp_.Stamp(*std::move(image), time));
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

  std::optional<Image> Read(const std::string& name) const {
    const std::string path = (std::filesystem::path(options_.path) / name).string();
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
                     Format("holds {} images, none of which can be read", names_.size()));
  }

  const FolderSourceOptions options_;
  const std::vector<std::string> names_;
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
  Result<std::vector<std::string>> names = ListImages(options.path);
  if (!names.ok()) return InSource(identity, names.error());
  return std::unique_ptr<Source>(
      std::make_unique<FolderSource>(identity, options, *std::move(names)));
}

}  // namespace hypnos
