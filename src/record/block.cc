#include "record/block.h"

#include <zstd.h>

#include <new>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/record/digest.h"

namespace hypnos {
namespace {

constexpr std::string_view kMagic = "HYPNOSES";
constexpr size_t kBeginningBytes = 12;
constexpr size_t kBlockHeadBytes = 16;

void PutNumber(uint64_t number, size_t bytes, std::string* to) {
  for (size_t i = 0; i < bytes; ++i) to->push_back(static_cast<char>(number >> (8 * i)));
}

uint64_t GetNumber(std::string_view bytes) {
  uint64_t number = 0;
  for (size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<uint8_t>(bytes[i]);
  return number;
}

// Of the two lengths and what follows them.
uint64_t Checksum(std::string_view lengths, std::string_view compressed) {
  // The lengths are mixed in by their own digest: a buffer for both would be a copy of the block.
  return DigestOf(compressed) ^ DigestOf(lengths);
}

}  // namespace

struct BlockCompressor::Context {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> zstd{ZSTD_createCCtx()};
};

BlockCompressor::BlockCompressor(int level) : context_(std::make_unique<Context>()) {
  if (context_->zstd == nullptr) throw std::bad_alloc();
  HYPNOS_CHECK(ZSTD_isError(ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_compressionLevel,
                                                   level)) == 0);
}

BlockCompressor::~BlockCompressor() = default;

void BlockCompressor::Append(std::string_view bytes, std::string* segment) {
  HYPNOS_CHECK(!bytes.empty() && bytes.size() <= kMostBlockBytes);
  std::string compressed(ZSTD_compressBound(bytes.size()), '\0');
  const size_t length = ZSTD_compress2(context_->zstd.get(), compressed.data(), compressed.size(),
                                       bytes.data(), bytes.size());
  // With room for the worst case nothing but memory can be lacking.
  if (ZSTD_isError(length) != 0) throw std::bad_alloc();
  compressed.resize(length);
  std::string lengths;
  PutNumber(length, 4, &lengths);
  PutNumber(bytes.size(), 4, &lengths);
  *segment += lengths;
  PutNumber(Checksum(lengths, compressed), 8, segment);
  *segment += compressed;
}

std::string SegmentBeginning() {
  std::string bytes(kMagic);
  PutNumber(kSegmentVersion, 4, &bytes);
  return bytes;
}

BlockReader::BlockReader(std::string_view bytes, std::string name)
    : bytes_(bytes), name_(std::move(name)) {}

Error BlockReader::Damaged(const char* how) const {
  return {Code::kDataLoss, "SEGMENT_DAMAGED",
          Format("'{}' is damaged at byte {}: {}", Printable(name_), at_, how)};
}

Error BlockReader::CutOff() const {
  return {Code::kDataLoss, "SEGMENT_CUT_OFF",
          Format("'{}' ends at byte {}, within what began at byte {}", Printable(name_),
                 bytes_.size(), at_)};
}

Status BlockReader::ReadBeginning() {
  if (bytes_.substr(0, kMagic.size()) != kMagic.substr(0, bytes_.size())) {
    return Error{Code::kDataLoss, "NO_SEGMENT",
                 Format("'{}' is no part of a session log: it begins otherwise", Printable(name_))};
  }
  if (bytes_.size() < kBeginningBytes) return CutOff();
  const uint64_t version = GetNumber(bytes_.substr(kMagic.size(), 4));
  if (version != kSegmentVersion) {
    return Error{Code::kUnimplemented, "SEGMENT_VERSION",
                 Format("'{}' is of version {} of the session log, and this program reads version "
                        "{}: use the program that wrote it",
                        Printable(name_), version, kSegmentVersion)};
  }
  at_ = kBeginningBytes;
  return {};
}

Result<std::optional<std::string>> BlockReader::Next() try {
  if (at_ == 0) HYPNOS_RETURN_IF_ERROR(ReadBeginning());
  if (at_ == bytes_.size()) return std::optional<std::string>();
  const std::string_view rest = bytes_.substr(at_);
  if (rest.size() < kBlockHeadBytes) return CutOff();
  const uint64_t length = GetNumber(rest.substr(0, 4));
  const uint64_t raw_length = GetNumber(rest.substr(4, 4));
  if (length == 0 || raw_length == 0 || raw_length > kMostBlockBytes) {
    return Damaged("a block of an impossible length");
  }
  if (rest.size() - kBlockHeadBytes < length) return CutOff();
  const std::string_view compressed = rest.substr(kBlockHeadBytes, length);
  if (GetNumber(rest.substr(8, 8)) != Checksum(rest.substr(0, 8), compressed)) {
    return Damaged("a block does not fit its checksum");
  }
  std::string bytes(raw_length, '\0');
  const size_t got =
      ZSTD_decompress(bytes.data(), bytes.size(), compressed.data(), compressed.size());
  if (ZSTD_isError(got) != 0 || got != raw_length) return Damaged("a block cannot be decompressed");
  at_ += kBlockHeadBytes + length;
  return std::optional<std::string>(std::move(bytes));
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               Format("there is not enough memory to read '{}'", Printable(name_))};
}

}  // namespace hypnos
