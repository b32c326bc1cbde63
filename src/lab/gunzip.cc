#include "lab/gunzip.h"

#include <zlib.h>

#include <array>
#include <cstdint>

#include "hypnos/base/file_system.h"
#include "hypnos/base/format.h"

namespace hypnos::lab {
namespace {

// The largest window, and a gzip header, as zlib wants to be told.
constexpr int kGzipWindow = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater() { HYPNOS_CHECK(inflateInit2(&stream_, kGzipWindow) == Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void SetInput(std::string_view bytes) {
    // zlib does not write to its input; its type is older than const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
  }
  // Appends what comes next; zlib's code.
  int Next(std::string& out) {
    stream_.next_out = reinterpret_cast<Bytef*>(chunk_.data());
    stream_.avail_out = static_cast<uInt>(chunk_.size());
    const int code = inflate(&stream_, Z_NO_FLUSH);
    out.append(chunk_.data(), chunk_.size() - stream_.avail_out);
    return code;
  }
  bool input_left() const { return stream_.avail_in > 0; }
  void BeginMember() { inflateReset(&stream_); }

 private:
  z_stream stream_{};
  std::array<char, 1 << 16> chunk_{};
};

}  // namespace

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

Result<std::string> Gunzip(std::string_view bytes, const std::string& path) {
  static_assert(kMostReadBytes <= UINT32_MAX, "zlib counts its input in 32 bits");
  HYPNOS_CHECK(bytes.size() <= kMostReadBytes);
  Inflater inflater;
  inflater.SetInput(bytes);
  std::string out;
  while (true) {
    const int code = inflater.Next(out);
    if (out.size() > kMostReadBytes) {
      return Error{Code::kOutOfRange, "FILE_TOO_LARGE",
                   Format("'{}' unpacks to more than {} bytes", path, kMostReadBytes)};
    }
    if (code == Z_STREAM_END) {
      if (!inflater.input_left()) return out;
      inflater.BeginMember();
    } else if (code != Z_OK) {
      return Error{
          Code::kDataLoss, "GZIP_DAMAGED",
          Format("'{}' is damaged or cut off: it cannot be unpacked beyond byte {} of what "
                 "it holds; copy it again",
                 path, out.size())};
    }
  }
}

}  // namespace hypnos::lab
