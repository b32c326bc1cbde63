// Makes files in MNIST's format.
#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/rng.h"
#include "support/memory_file_system.h"

namespace hypnos::lab {

inline std::string BigEndian(uint32_t word) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xff);
  return bytes;
}

inline std::string IdxImageBytes(uint32_t count, uint32_t height, uint32_t width,
                                 const std::string& pixels) {
  return BigEndian(0x803) + BigEndian(count) + BigEndian(height) + BigEndian(width) + pixels;
}

inline std::string IdxLabelBytes(const std::string& labels) {
  return BigEndian(0x801) + BigEndian(static_cast<uint32_t>(labels.size())) + labels;
}

inline std::string Gzipped(std::string_view bytes) {
  z_stream stream{};
  HYPNOS_CHECK(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  HYPNOS_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// The four files of a small data set of 12 x 12 pixels: a class is a bright bar at a place of its
// own, up to a pixel lower or higher, in noise. Easy to tell, and not by one pixel alone.
class SyntheticImages {
 public:
  static constexpr uint32_t kSide = 12;

  SyntheticImages(uint32_t train, uint32_t test, uint64_t seed) : rng_(seed) {
    AddPart("train", train);
    AddPart("t10k", test);
  }

  // Name and bytes.
  const std::vector<std::pair<std::string, std::string>>& files() const { return files_; }

  void WriteTo(MemoryFileSystem& disk, const std::string& folder) const {
    for (const auto& [name, bytes] : files_) disk.WriteFile(folder + "/" + name, bytes);
  }

 private:
  void AddPart(const std::string& prefix, uint32_t count) {
    std::string pixels, labels;
    for (uint32_t i = 0; i < count; ++i) {
      const auto label = static_cast<uint32_t>(rng_.Below(10));
      labels += static_cast<char>(label);
      pixels += Image(label);
    }
    files_.emplace_back(prefix + "-images-idx3-ubyte", IdxImageBytes(count, kSide, kSide, pixels));
    files_.emplace_back(prefix + "-labels-idx1-ubyte", IdxLabelBytes(labels));
  }

  // Labels 0 to 4: bars in the left half, one below the other; 5 to 9: in the right half. The
  // first row, where labels are written, stays dark.
  std::string Image(uint32_t label) {
    std::string image(kSide * kSide, '\0');
    for (char& pixel : image) pixel = static_cast<char>(rng_.Below(60));
    const uint32_t top = 1 + 2 * (label % 5) + static_cast<uint32_t>(rng_.Below(2));
    const uint32_t left = label < 5 ? 0 : kSide / 2;
    for (uint32_t x = left; x < left + kSide / 2; ++x) {
      image[top * kSide + x] = static_cast<char>(200 + rng_.Below(56));
    }
    return image;
  }

  Rng rng_;
  std::vector<std::pair<std::string, std::string>> files_;
};

}  // namespace hypnos::lab
