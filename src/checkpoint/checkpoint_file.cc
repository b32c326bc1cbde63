#include "hypnos/checkpoint/checkpoint_file.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <memory>
#include <span>

#include "checkpoint/checksum.h"
#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr const char* kChecksumName = "xxh3";
// What stands for a part that was left out: nobody asks for it.
constexpr const char* kDigestName = "memory_digest";

// Written into every file. It rises when a file can no longer be read as before.
constexpr const char* kVersionKey = "hypnos_checkpoint";
constexpr const char* kVersion = "1";

constexpr size_t kReadAtOnce = 1 << 20;

std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

int64_t Nanoseconds(WallTime time) { return time.time_since_epoch().count(); }

Metadata MetadataOf(const CheckpointFacts& facts) {
  return {{kVersionKey, kVersion},
          {"program", facts.program},
          {"time_ns", Format("{}", Nanoseconds(facts.time))},
          {"frames", Format("{}", facts.frames)},
          {"steps", Format("{}", facts.steps)},
          {"config", facts.config},
          {"config_hash", HashOf(facts.config)}};
}

// "2 x 3 of 4 bytes"
std::string Described(const TensorPlace& tensor) {
  std::string text;
  for (const uint64_t extent : tensor.shape)
    text += Format("{}{}", text.empty() ? "" : " x ", extent);
  return Format("{} of {} bytes", text.empty() ? "one value" : text, SizeOf(tensor.type));
}

template <class T>
bool ParseNumber(const Metadata& metadata, const char* key, T* number) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return false;
  const std::string& text = found->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size();
}

// Writes bytes and counts them into the checksum.
class SummedFile {
 public:
  explicit SummedFile(WritableFile& file) : file_(file) {}

  Status Append(std::string_view bytes) {
    sum_.Add(bytes);
    bytes_ += bytes.size();
    return file_.Append(bytes);
  }
  Status AppendSum() { return Append(sum_.Value()); }
  uint64_t bytes() const { return bytes_; }

 private:
  WritableFile& file_;
  Checksum sum_;
  uint64_t bytes_ = 0;
};

}  // namespace

std::string HashOf(const std::string& text) {
  return Format("{:016x}", XXH3_64bits(text.data(), text.size()));
}

Result<uint64_t> WriteCheckpoint(FileSystem& files, const std::string& path,
                                 const CheckpointFacts& facts, const StatePicture& state) {
  SafetensorsHead head;
  head.metadata = MetadataOf(facts);
  for (const StatePicture::Item& item : state.items()) head.tensors.push_back(item.place);
  const uint64_t end = state.data_bytes();
  head.tensors.push_back({kChecksumName, ElementType::kU64, {1}, end, end + kChecksumBytes});

  const std::string bytes = WriteHead(head);
  if (bytes.size() > kLongestHeader) {
    return Error{Code::kInvalidArgument, "HEADER_TOO_LONG",
                 Format("{} parts to be saved have a header of {} bytes, and at most {} are read "
                        "again: choose fewer or shorter memory.sequences",
                        head.tensors.size(), bytes.size(), kLongestHeader)};
  }
  HYPNOS_ASSIGN_OR_RETURN(const auto file, files.CreateFile(path));
  SummedFile summed(*file);
  HYPNOS_RETURN_IF_ERROR(summed.Append(bytes));
  for (const StatePicture::Item& item : state.items()) {
    for (const auto& part : item.parts) HYPNOS_RETURN_IF_ERROR(summed.Append(AsText(part)));
  }
  HYPNOS_RETURN_IF_ERROR(summed.AppendSum());
  HYPNOS_RETURN_IF_ERROR(file->Sync());
  HYPNOS_RETURN_IF_ERROR(file->Close());
  return summed.bytes();
}

Error CheckpointFile::Damaged(const std::string& why) const {
  return {Code::kDataLoss, "CHECKPOINT_DAMAGED",
          Format("checkpoint '{}' is damaged: {}", Printable(path_), why)};
}

Result<CheckpointFile> CheckpointFile::Open(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(auto opened, files.OpenFile(path));
  CheckpointFile file(path, std::move(opened));
  HYPNOS_RETURN_IF_ERROR(file.ReadHead());
  return file;
}

Result<CheckpointFile> CheckpointFile::OpenVerified(FileSystem& files, const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(auto opened, files.OpenFile(path));
  CheckpointFile file(path, std::move(opened));
  HYPNOS_RETURN_IF_ERROR(file.Verify());
  HYPNOS_RETURN_IF_ERROR(file.ReadHead());
  return file;
}

Status CheckpointFile::Verify() const {
  if (file_->size() < kHeaderLengthBytes + kChecksumBytes) return Damaged("it is too short");
  const uint64_t end = file_->size() - kChecksumBytes;
  std::vector<std::byte> buffer(kReadAtOnce);
  Checksum sum;
  for (uint64_t at = 0; at < end;) {
    const auto part = std::span(buffer).first(std::min<uint64_t>(kReadAtOnce, end - at));
    HYPNOS_RETURN_IF_ERROR(file_->ReadAt(at, part));
    sum.Add(AsText(part));
    at += part.size();
  }
  std::array<std::byte, kChecksumBytes> saved{};
  HYPNOS_RETURN_IF_ERROR(file_->ReadAt(end, saved));
  if (AsText(saved) == sum.Value()) return {};
  return Damaged("its checksum is not that of what it holds");
}

Status CheckpointFile::ReadHead() {
  if (file_->size() < kHeaderLengthBytes) return Damaged("it is too short");
  std::array<std::byte, kHeaderLengthBytes> first{};
  HYPNOS_RETURN_IF_ERROR(file_->ReadAt(0, first));
  const auto length = HeaderLength(AsText(first), file_->size());
  if (!length.ok()) return Damaged(length.error().message);
  std::vector<std::byte> header(static_cast<size_t>(*length));
  HYPNOS_RETURN_IF_ERROR(file_->ReadAt(kHeaderLengthBytes, header));
  data_begin_ = kHeaderLengthBytes + *length;
  auto head = ParseHeader(AsText(header), file_->size() - data_begin_);
  if (!head.ok()) return Damaged(head.error().message);
  head_ = *std::move(head);

  const auto version = head_.metadata.find(kVersionKey);
  if (version == head_.metadata.end())
    return Damaged("it is a safetensors file, but none of hypnosd");
  if (version->second != kVersion) {
    return Error{
        Code::kFailedPrecondition, "CHECKPOINT_VERSION",
        Format("checkpoint '{}' is of format version {}, and this hypnosd reads version {} "
               "only: start the one that has written it, or begin anew with --fresh",
               Printable(path_), Printable(version->second), kVersion)};
  }
  const auto& tensors = head_.tensors;
  if (tensors.empty() || tensors.back().name != kChecksumName ||
      tensors.back().end - tensors.back().begin != kChecksumBytes) {
    return Damaged("it does not end in a checksum");
  }
  int64_t time = 0;
  if (!ParseNumber(head_.metadata, "time_ns", &time) ||
      !ParseNumber(head_.metadata, "frames", &facts_.frames) ||
      !ParseNumber(head_.metadata, "steps", &facts_.steps)) {
    return Damaged("it does not say when it was written, and after what");
  }
  facts_.time = WallTime(Duration(time));
  facts_.program = head_.metadata["program"];
  facts_.config = head_.metadata["config"];
  return {};
}

bool CheckpointFile::has_memory() const {
  return std::ranges::none_of(head_.tensors,
                              [](const TensorPlace& tensor) { return tensor.name == kDigestName; });
}

CheckpointLoader::CheckpointLoader(const CheckpointFile& file) : StateArchive(true), file_(file) {
  for (const TensorPlace& tensor : file.tensors()) by_name_[tensor.name] = &tensor;
  taken_ = {kChecksumName, kDigestName};
}

const TensorPlace* CheckpointLoader::Find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

void CheckpointLoader::PassOverAll(const std::string& prefix) {
  for (auto at = by_name_.lower_bound(prefix); at != by_name_.end(); ++at) {
    if (!at->first.starts_with(prefix)) break;
    taken_.insert(at->first);
  }
}

bool CheckpointLoader::ShapeOf(const std::string& name, Shape* shape) const {
  const TensorPlace* place = Find(name);
  if (place != nullptr) *shape = place->shape;
  return place != nullptr;
}

Status CheckpointLoader::Load(const std::string& name, ElementType type, const Shape& shape,
                              const Parts& parts) {
  const auto does_not_fit = [&](const std::string& why) {
    return Error{Code::kFailedPrecondition, "STATE_DOES_NOT_FIT",
                 Format("'{}' {}", Printable(name), why)};
  };
  const TensorPlace* place = Find(name);
  if (place == nullptr) return does_not_fit("is not in the checkpoint");
  if (place->type != type || place->shape != shape) {
    return does_not_fit(Format("is saved as {}, and here it is {}", Described(*place),
                               Described({name, type, shape, 0, 0})));
  }
  uint64_t at = file_.data_begin_ + place->begin;
  for (const auto& part : parts) {
    HYPNOS_RETURN_IF_ERROR(file_.file_->ReadAt(at, part));
    at += part.size();
  }
  taken_.insert(name);
  return {};
}

Status CheckpointLoader::Finish() const {
  HYPNOS_RETURN_IF_ERROR(status());
  for (const auto& [name, place] : by_name_) {
    if (taken_.contains(name)) continue;
    return Error{Code::kFailedPrecondition, "STATE_DOES_NOT_FIT",
                 Format("the checkpoint holds '{}', which this configuration has no use for",
                        Printable(name))};
  }
  return {};
}

void CheckpointLoader::Save(const std::string& /*name*/, ElementType /*type*/,
                            const Shape& /*shape*/, const Parts& /*parts*/, bool /*copied*/) {
  HYPNOS_CHECK(false);
}

}  // namespace hypnos
