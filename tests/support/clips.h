// Small video clips made on the spot. Every picture shows its number as a row of bars, so that a
// test can tell which picture it got, through a lossy codec and at another size.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/imaging/codecs.h"
#include "hypnos/imaging/image.h"
#include "hypnos/imaging/video_writer.h"

namespace hypnos {

inline constexpr int kNumberBars = 8;  // numbers 0..255

// A white bar for each 1, the lowest bit at the left; on the right a quarter that stays grey.
inline Image NumberedImage(int number, int width = 80, int height = 48) {
  Image image(width, height, 3);
  std::ranges::fill(image.bytes(), uint8_t{128});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * 3 / 4; ++x) {
      const int bar = x * kNumberBars / (width * 3 / 4);
      const auto shade = static_cast<uint8_t>((number >> bar & 1) != 0 ? 230 : 20);
      const auto pixel = static_cast<size_t>(y * width + x) * 3;
      std::ranges::fill(image.bytes().subspan(pixel, 3), shade);
    }
  }
  return image;
}

inline int NumberShown(const Image& image) {
  int number = 0;
  for (int bar = 0; bar < kNumberBars; ++bar) {
    const int x = (2 * bar + 1) * image.width() * 3 / 4 / (2 * kNumberBars);
    const auto pixel = static_cast<size_t>(image.height() / 2 * image.width() + x);
    const uint8_t shade = image.bytes()[pixel * static_cast<size_t>(image.channels())];
    if (shade > 128) number |= 1 << bar;
  }
  return number;
}

// Returns the path.
inline std::string WriteClip(const std::string& path, int frames, double frame_rate_hz = 10) {
  const Image first = NumberedImage(0);
  auto writer = CreateVideo(path, first.width(), first.height(), frame_rate_hz);
  HYPNOS_CHECK(writer.ok());
  for (int i = 0; i < frames; ++i) HYPNOS_CHECK((*writer)->Write(NumberedImage(i)).ok());
  return path;
}

inline std::string WriteBytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

inline std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Pictures one after the other, without container or clock: what cameras serve as "MJPEG".
inline std::string WriteMjpeg(const std::string& path, const std::vector<Image>& images) {
  std::string bytes;
  for (const Image& image : images) {
    const auto jpeg = EncodeJpeg(image, 95);
    bytes.append(jpeg.begin(), jpeg.end());
  }
  return WriteBytes(path, bytes);
}

inline std::string WritePng(const std::string& path, const Image& image) {
  const auto bytes = EncodePng(image);
  return WriteBytes(path, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// Overwrites one of a clip's pictures, all of it: decoders make a lot of a little.
inline void DamagePicture(const std::string& path, int number) {
  std::string bytes = ReadBytes(path);
  size_t chunk = bytes.find("movi");
  for (int i = 0; i <= number; ++i) chunk = bytes.find("00dc", chunk + 4);
  const size_t length = static_cast<unsigned char>(bytes[chunk + 4]) +
                        256u * static_cast<unsigned char>(bytes[chunk + 5]);
  constexpr size_t kNameAndLength = 8;
  bytes.replace(chunk + kNameAndLength, length, length, '\0');
  WriteBytes(path, bytes);
}

// Keeps this share of the file, from its beginning.
inline void CutFile(const std::string& path, double share) {
  const auto size = static_cast<double>(std::filesystem::file_size(path));
  std::filesystem::resize_file(path, static_cast<uintmax_t>(share * size));
}

}  // namespace hypnos
