#include "hypnos/imaging/mjpeg_avi.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

constexpr uint32_t kHasIndex = 0x10;
constexpr uint32_t kKeyFrame = 0x10;
constexpr int kColourBits = 24;
// Rates are a ratio of whole numbers.
constexpr uint32_t kScale = 1000;

// Little-endian numbers, and chunks: a name of four letters, the length of what follows, and that,
// padded to an even length.
class Riff {
 public:
  void Name(std::string_view four) { bytes_.append(four); }
  void U16(int value) {
    bytes_.push_back(static_cast<char>(value));
    bytes_.push_back(static_cast<char>(value >> 8));
  }
  void U32(uint64_t value) {
    for (int shift = 0; shift < 32; shift += 8) {
      bytes_.push_back(static_cast<char>(value >> shift));
    }
  }
  void Bytes(std::string_view name, std::string_view bytes) {
    Name(name);
    U32(bytes.size());
    bytes_.append(bytes);
    if (bytes.size() % 2 != 0) bytes_.push_back(0);
  }
  // Returns where its length is to be put, by End.
  size_t Begin(std::string_view name) {
    Name(name);
    U32(0);
    return bytes_.size();
  }
  void End(size_t begin) {
    const uint64_t length = bytes_.size() - begin;
    for (size_t i = 0; i < 4; ++i) bytes_[begin - 4 + i] = static_cast<char>(length >> (8 * i));
  }

  size_t size() const { return bytes_.size(); }
  void Reserve(size_t bytes) { bytes_.reserve(bytes); }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

struct ClipShape {
  int width = 0;
  int height = 0;
  double frame_rate_hz = 0;
  size_t frames = 0;
  size_t largest = 0;  // picture, in bytes
};

void PutFileHeader(const ClipShape& clip, Riff& riff) {
  const size_t header = riff.Begin("avih");
  riff.U32(static_cast<uint64_t>(std::lround(1e6 / clip.frame_rate_hz)));
  riff.U32(static_cast<uint64_t>(static_cast<double>(clip.largest) * clip.frame_rate_hz));
  riff.U32(0);
  riff.U32(kHasIndex);
  riff.U32(clip.frames);
  riff.U32(0);
  riff.U32(1);  // stream
  riff.U32(clip.largest);
  riff.U32(static_cast<uint64_t>(clip.width));
  riff.U32(static_cast<uint64_t>(clip.height));
  for (int i = 0; i < 4; ++i) riff.U32(0);
  riff.End(header);
}

void PutStreamHeader(const ClipShape& clip, Riff& riff) {
  const size_t list = riff.Begin("LIST");
  riff.Name("strl");
  const size_t header = riff.Begin("strh");
  riff.Name("vids");
  riff.Name("MJPG");
  for (int i = 0; i < 3; ++i) riff.U32(0);  // flags, priority, initial frames
  riff.U32(kScale);
  riff.U32(static_cast<uint64_t>(std::max(1L, std::lround(clip.frame_rate_hz * kScale))));
  riff.U32(0);
  riff.U32(clip.frames);
  riff.U32(clip.largest);
  riff.U32(0xffffffff);  // quality: whatever the codec says
  riff.U32(0);
  riff.U16(0);
  riff.U16(0);
  riff.U16(clip.width);
  riff.U16(clip.height);
  riff.End(header);
  const size_t format = riff.Begin("strf");
  riff.U32(40);
  riff.U32(static_cast<uint64_t>(clip.width));
  riff.U32(static_cast<uint64_t>(clip.height));
  riff.U16(1);
  riff.U16(kColourBits);
  riff.Name("MJPG");
  riff.U32(static_cast<uint64_t>(clip.width) * static_cast<uint64_t>(clip.height) * 3);
  for (int i = 0; i < 4; ++i) riff.U32(0);
  riff.End(format);
  riff.End(list);
}

}  // namespace

std::string MjpegAvi(std::span<const std::string_view> jpegs, int width, int height,
                     double frame_rate_hz) {
  HYPNOS_CHECK(!jpegs.empty() && width > 0 && height > 0 && frame_rate_hz > 0);
  ClipShape clip = {width, height, frame_rate_hz, jpegs.size(), 0};
  size_t bytes = 0;
  for (const std::string_view jpeg : jpegs) {
    clip.largest = std::max(clip.largest, jpeg.size());
    bytes += jpeg.size();
  }
  HYPNOS_CHECK(bytes <= kMostAviBytes);
  Riff riff;
  riff.Reserve(bytes + 32 * jpegs.size() + 1024);
  const size_t file = riff.Begin("RIFF");
  riff.Name("AVI ");
  const size_t headers = riff.Begin("LIST");
  riff.Name("hdrl");
  PutFileHeader(clip, riff);
  PutStreamHeader(clip, riff);
  riff.End(headers);
  const size_t movie = riff.Begin("LIST");
  std::vector<size_t> places;
  places.reserve(jpegs.size());
  riff.Name("movi");
  for (const std::string_view jpeg : jpegs) {
    // Counted from the name of the list.
    places.push_back(riff.size() - movie);
    riff.Bytes("00dc", jpeg);
  }
  riff.End(movie);
  const size_t index = riff.Begin("idx1");
  for (size_t i = 0; i < jpegs.size(); ++i) {
    riff.Name("00dc");
    riff.U32(kKeyFrame);
    riff.U32(places[i]);
    riff.U32(jpegs[i].size());
  }
  riff.End(index);
  riff.End(file);
  return riff.Take();
}

}  // namespace hypnos
