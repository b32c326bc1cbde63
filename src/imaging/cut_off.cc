#include "imaging/cut_off.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace hypnos {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr std::array<uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', 0x0d, 0x0a, 0x1a, 0x0a};
constexpr std::array<uint8_t, 3> kJpegStart = {0xff, 0xd8, 0xff};

template <size_t N>
bool StartsWith(Bytes bytes, const std::array<uint8_t, N>& start) {
  return bytes.size() >= N && std::equal(start.begin(), start.end(), bytes.begin());
}

size_t BigEndian(Bytes bytes) {
  size_t value = 0;
  for (const uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

// A chunk: 4 bytes of length, 4 of type, the data, 4 of checksum. The last one is IEND.
bool PngIsCutOff(Bytes bytes) {
  constexpr size_t kOverhead = 12;
  constexpr std::string_view kEnd = "IEND";
  Bytes rest = bytes.subspan(kPngStart.size());
  while (rest.size() >= kOverhead) {
    const size_t length = BigEndian(rest.first(4));
    if (length > rest.size() - kOverhead) return true;
    if (std::equal(kEnd.begin(), kEnd.end(), rest.begin() + 4)) return false;
    rest = rest.subspan(kOverhead + length);
  }
  return true;
}

// Segments: 0xff, type, 2 bytes of length that count themselves, data. After "start of scan" comes
// the picture, which must be followed by "end of image". Segments before it are stepped over,
// because a photo carries a small one inside, with an end of its own.
bool JpegIsCutOff(Bytes bytes) {
  constexpr uint8_t kStartOfScan = 0xda;
  constexpr std::array<uint8_t, 2> kEndOfImage = {0xff, 0xd9};
  Bytes rest = bytes.subspan(2);
  while (rest.size() >= 4 && rest[0] == 0xff && rest[1] != kStartOfScan) {
    const size_t length = 2 + BigEndian(rest.subspan(2, 2));
    if (length > rest.size()) return true;
    rest = rest.subspan(length);
  }
  // Not std::ranges::search: clang 14 cannot compile the one of GCC's library.
  const auto end = std::search(rest.begin(), rest.end(), kEndOfImage.begin(), kEndOfImage.end());
  return end == rest.end();
}

}  // namespace

bool IsCutOff(Bytes bytes) {
  if (StartsWith(bytes, kPngStart)) return PngIsCutOff(bytes);
  if (StartsWith(bytes, kJpegStart)) return JpegIsCutOff(bytes);
  return false;
}

}  // namespace hypnos
