// The head of a safetensors file: which tensors it holds, and where.
//   u64 little-endian: length of the header | header, JSON | data
//   header: {"__metadata__": {"key": "text", …}, "name": {"dtype": "F32", "shape": [2, 3],
//            "data_offsets": [begin, end]}, …}, offsets from where the data begins
// The data of the tensors follow each other without a gap, to the end of the file. The header is
// padded by spaces so that data begin at a multiple of 64 bytes.
// Source: https://github.com/huggingface/safetensors, format.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/state_archive.h"

namespace hypnos {

struct TensorPlace {
  std::string name;
  ElementType type = ElementType::kF32;
  StateArchive::Shape shape;
  // Of the data.
  uint64_t begin = 0;
  uint64_t end = 0;
};

using Metadata = std::map<std::string, std::string>;

struct SafetensorsHead {
  Metadata metadata;
  std::vector<TensorPlace> tensors;  // in the order of their data
};

// Longer ones are not read: a thousand tensors take a hundredth of it.
inline constexpr uint64_t kLongestHeader = 100'000'000;
inline constexpr uint64_t kHeaderLengthBytes = 8;

// What is written before the data. Names are unique, and the data as the format wants them.
std::string WriteHead(const SafetensorsHead& head);

// How long the header is, from the first eight bytes of a file of so many bytes.
// Errors of both: kDataLoss, reason NO_SAFETENSORS, with a sentence that names no file.
Result<uint64_t> HeaderLength(std::string_view first_bytes, uint64_t file_bytes);
// `data_bytes`: of the file, behind the header.
Result<SafetensorsHead> ParseHeader(std::string_view json, uint64_t data_bytes);

}  // namespace hypnos
