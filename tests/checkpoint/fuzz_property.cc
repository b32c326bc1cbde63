#include "checkpoint/fuzz_property.h"

#include "checkpoint/checksum.h"
#include "checkpoint/small_state.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

constexpr const char* kPath = "kept/checkpoint-000000000001.safetensors";

// It ends in a sentence, or is what it says.
std::string BrokenByFile(const std::string& bytes) {
  MemoryFileSystem disk;
  disk.WriteFile(kPath, bytes);
  CheckpointFolder folder(disk, "kept", {});
  if (!folder.List().ok()) return "a file that is damaged hides the others";
  std::vector<Error> damaged;
  const auto opened = folder.OpenNewestGood(&damaged);
  if (!opened.ok()) {
    return opened.error().message.empty() ? "an error without a sentence" : "";
  }
  const auto state = Load(opened->file);
  if (!state.ok()) return state.error().message.empty() ? "an error without a sentence" : "";
  // What was loaded can be saved.
  SmallState loaded = *state;
  StatePicture picture;
  loaded.ExchangeState(picture);
  return folder.Save(opened->file.facts(), picture).ok() ? "" : "what was loaded cannot be saved";
}

std::string BrokenByHeader(std::string_view json) {
  for (const uint64_t data_bytes : {uint64_t{0}, uint64_t{8}, uint64_t{64}}) {
    const auto head = ParseHeader(json, data_bytes);
    if (!head.ok()) {
      if (head.error().message.empty()) return "an error without a sentence";
      continue;
    }
    uint64_t at = 0;
    for (const TensorPlace& tensor : head->tensors) {
      if (tensor.begin != at || tensor.end < at) return "tensors overlap";
      at = tensor.end;
    }
    if (at != data_bytes) return "tensors end elsewhere than the data";
    const std::string written = WriteHead(*head);
    const auto again =
        ParseHeader(std::string_view(written).substr(kHeaderLengthBytes), data_bytes);
    if (!again.ok() || again->tensors.size() != head->tensors.size()) {
      return "what was read is written as something else";
    }
  }
  return "";
}

}  // namespace

std::string BrokenCheckpointPromise(std::string_view input) {
  if (input.empty()) return "";
  std::string bytes(input.substr(1));
  if (input.front() == 'h') return BrokenByHeader(bytes);
  if (input.front() == 's') {
    Checksum sum;
    sum.Add(bytes);
    bytes += sum.Value();
  }
  return BrokenByFile(bytes);
}

}  // namespace hypnos
