#include "bench/npy.h"

#include <bit>
#include <fstream>
#include <functional>
#include <numeric>

#include "hypnos/base/format.h"

namespace hypnos::bench {
namespace {

// Values begin at a multiple of this.
constexpr size_t kAlignment = 64;
// Magic, version, length of the header.
constexpr size_t kPrefix = 10;

static_assert(std::endian::native == std::endian::little, "the header says '<f4'");

std::string Header(std::initializer_list<size_t> shape) {
  std::string sizes;
  for (const size_t size : shape) sizes += Format("{},", size);
  std::string text = Format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", sizes);
  const size_t unpadded = kPrefix + text.size() + 1;
  text.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  return text + '\n';
}

}  // namespace

Status WriteNpy(const std::string& path, std::span<const float> values,
                std::initializer_list<size_t> shape) {
  HYPNOS_CHECK(values.size() ==
               std::accumulate(shape.begin(), shape.end(), size_t{1}, std::multiplies<>()));
  const std::string header = Header(shape);
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  file.put(static_cast<char>(header.size() & 0xff));
  file.put(static_cast<char>(header.size() >> 8));
  file << header;
  file.write(reinterpret_cast<const char*>(values.data()),
             static_cast<std::streamsize>(values.size_bytes()));
  file.close();
  if (file) return {};
  return Error{Code::kUnavailable, "FILE_NOT_WRITTEN",
               Format("cannot write '{}': is the folder there, and is the disk full?", path)};
}

}  // namespace hypnos::bench
