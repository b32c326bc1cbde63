#include "lab/idx.h"

#include <array>

#include "hypnos/base/format.h"

namespace hypnos::lab {
namespace {

constexpr uint32_t kImagesMagic = 0x00000803;
constexpr uint32_t kLabelsMagic = 0x00000801;
constexpr size_t kWordBytes = 4;

uint32_t Word(std::string_view bytes, size_t index) {
  uint32_t word = 0;
  for (const char byte : bytes.substr(index * kWordBytes, kWordBytes)) {
    word = word << 8 | static_cast<uint8_t>(byte);
  }
  return word;
}

Error WrongSize(const std::string& path, size_t bytes, const std::string& promised) {
  return {
      Code::kInvalidArgument, "IDX_SIZE",
      Format("'{}' has {} bytes, but its header says {}; copy it again", path, bytes, promised)};
}

// The first bytes: the magic number and the sizes.
template <size_t dimensions>
Result<std::array<size_t, dimensions>> Sizes(std::string_view bytes, const std::string& path,
                                             uint32_t magic, const char* what) {
  if (bytes.size() < kWordBytes || Word(bytes, 0) != magic) {
    return Error{
        Code::kInvalidArgument, "IDX_MAGIC",
        Format("'{}' is no IDX file of {}: it does not begin with {:#010x}", path, what, magic)};
  }
  if (bytes.size() < (1 + dimensions) * kWordBytes) {
    return WrongSize(path, bytes.size(), "nothing yet");
  }
  std::array<size_t, dimensions> sizes;
  for (size_t i = 0; i < dimensions; ++i) sizes[i] = Word(bytes, 1 + i);
  return sizes;
}

std::vector<uint8_t> Bytes(std::string_view text) { return {text.begin(), text.end()}; }

}  // namespace

Result<IdxImages> ParseIdxImages(std::string_view bytes, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const auto sizes, Sizes<3>(bytes, path, kImagesMagic, "images"));
  const auto [count, height, width] = sizes;
  const std::string_view pixels = bytes.substr(4 * kWordBytes);
  // Divided, not multiplied: three numbers of 32 bits may not fit into one of 64.
  const size_t size = height * width;
  const bool fits =
      size == 0 ? pixels.empty() : pixels.size() % size == 0 && pixels.size() / size == count;
  if (!fits) {
    return WrongSize(path, bytes.size(),
                     Format("{} images of {} x {} pixels", count, width, height));
  }
  return IdxImages{count, height, width, Bytes(pixels)};
}

Result<std::vector<uint8_t>> ParseIdxLabels(std::string_view bytes, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(const auto sizes, Sizes<1>(bytes, path, kLabelsMagic, "labels"));
  const std::string_view labels = bytes.substr(2 * kWordBytes);
  if (labels.size() != sizes[0]) {
    return WrongSize(path, bytes.size(), Format("{} labels", sizes[0]));
  }
  return Bytes(labels);
}

}  // namespace hypnos::lab
