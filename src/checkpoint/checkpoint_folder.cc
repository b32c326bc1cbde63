#include "hypnos/checkpoint/checkpoint_folder.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr std::string_view kStem = "checkpoint-";
constexpr std::string_view kEnding = ".safetensors";
constexpr std::string_view kUnfinished = ".safetensors.tmp";
constexpr std::string_view kDamaged = ".safetensors.damaged";
constexpr size_t kDigits = 12;

std::string NameOf(uint64_t generation) { return Format("{}{:0{}}", kStem, generation, kDigits); }

// Of a file with this ending; none where it is another one.
std::optional<uint64_t> GenerationOf(std::string_view file, std::string_view ending) {
  if (!file.starts_with(kStem) || !file.ends_with(ending)) return std::nullopt;
  const std::string_view digits =
      file.substr(kStem.size(), file.size() - kStem.size() - ending.size());
  if (digits.size() != kDigits) return std::nullopt;
  uint64_t generation = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), generation);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return generation;
}

// Whether this generation is the trouble, and not the folder, or this version.
bool IsLost(const Error& error) {
  return error.code == Code::kDataLoss || error.code == Code::kUnavailable ||
         error.code == Code::kOutOfRange;
}

}  // namespace

std::string CheckpointFolder::PathOf(const std::string& name) const {
  return path_ + "/" + name + std::string(kEnding);
}

void CheckpointFolder::RemoveUnfinished() {
  const auto files = files_.ListFolder(path_);
  if (!files.ok()) return;
  for (const std::string& file : *files) {
    // Where that fails it lies there until the next time.
    if (GenerationOf(file, kUnfinished)) (void)files_.Remove(path_ + "/" + file);
  }
}

Result<std::vector<uint64_t>> CheckpointFolder::Generations() {
  const auto files = files_.ListFolder(path_);
  if (!files.ok() && files.error().code != Code::kNotFound) return files.error();
  std::vector<uint64_t> generations;
  if (!files.ok()) return generations;
  for (const std::string& file : *files) {
    if (const auto generation = GenerationOf(file, kEnding)) generations.push_back(*generation);
  }
  std::ranges::sort(generations, std::greater());
  return generations;
}

Result<std::vector<CheckpointInfo>> CheckpointFolder::List() {
  HYPNOS_ASSIGN_OR_RETURN(const auto generations, Generations());
  std::vector<CheckpointInfo> list;
  for (const uint64_t generation : generations) {
    const std::string name = NameOf(generation);
    const auto file = CheckpointFile::Open(files_, PathOf(name));
    if (file.ok()) list.push_back({name, file->bytes(), file->facts()});
  }
  return list;
}

Result<CheckpointInfo> CheckpointFolder::Save(const CheckpointFacts& facts,
                                              const StatePicture& state) {
  HYPNOS_RETURN_IF_ERROR(files_.MakeFolder(path_));
  HYPNOS_ASSIGN_OR_RETURN(const auto files, files_.ListFolder(path_));
  uint64_t newest = 0;
  for (const std::string& file : files) {
    for (const std::string_view ending : {kEnding, kDamaged}) {
      newest = std::max(newest, GenerationOf(file, ending).value_or(0));
    }
  }
  const std::string name = NameOf(newest + 1);
  const std::string unfinished = path_ + "/" + name + std::string(kUnfinished);
  const auto written = WriteCheckpoint(files_, unfinished, facts, state);
  const Status named =
      written.ok() ? files_.Rename(unfinished, PathOf(name)) : Status(written.error());
  if (!named.ok()) {
    // The disk may be full because of it.
    (void)files_.Remove(unfinished);
    return named.error();
  }
  HYPNOS_RETURN_IF_ERROR(files_.SyncFolder(path_));
  MakeRoom(facts.time);
  return CheckpointInfo{name, *written, facts};
}

// What cannot be removed now is removed after the next one.
void CheckpointFolder::MakeRoom(WallTime now) {
  const auto generations = Generations();
  const auto files = files_.ListFolder(path_);
  if (!generations.ok() || !files.ok()) return;
  uint64_t bytes = 0, oldest_kept = 0;
  for (size_t i = 0; i < generations->size(); ++i) {
    const std::string path = PathOf(NameOf((*generations)[i]));
    const auto file = CheckpointFile::Open(files_, path);
    bytes += file.ok() ? file->bytes() : 0;
    const bool too_much = retention_.budget_bytes > 0 && bytes > retention_.budget_bytes;
    const bool too_old =
        retention_.age > Duration::zero() && file.ok() && now - file->facts().time > retention_.age;
    if (i > 0 && (i >= retention_.keep || too_much || too_old)) {
      (void)files_.Remove(path);
    } else {
      oldest_kept = (*generations)[i];
    }
  }
  // What is damaged is kept for whoever wants to know why, as long as its neighbours are.
  for (const std::string& file : *files) {
    const auto damaged = GenerationOf(file, kDamaged);
    if (damaged && *damaged < oldest_kept) (void)files_.Remove(path_ + "/" + file);
  }
}

Result<std::string> CheckpointFolder::Name(const std::string& name) {
  HYPNOS_ASSIGN_OR_RETURN(const auto generations, Generations());
  for (const uint64_t generation : generations) {
    if (name.empty() || name == NameOf(generation)) return NameOf(generation);
  }
  return Error{Code::kNotFound, "CHECKPOINT_NOT_FOUND",
               name.empty() ? Format("there is no checkpoint in '{}' yet", Printable(path_))
                            : Format("there is no checkpoint '{}' in '{}'", Printable(name),
                                     Printable(path_))};
}

Result<CheckpointFile> CheckpointFolder::Open(const std::string& name) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string found, Name(name));
  return CheckpointFile::OpenVerified(files_, PathOf(found));
}

Result<CheckpointInfo> CheckpointFolder::Verify(const std::string& name) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string found, Name(name));
  HYPNOS_ASSIGN_OR_RETURN(const CheckpointFile file,
                          CheckpointFile::OpenVerified(files_, PathOf(found)));
  return CheckpointInfo{found, file.bytes(), file.facts()};
}

Result<CheckpointFolder::Opened> CheckpointFolder::OpenNewestGood(std::vector<Error>* damaged) {
  HYPNOS_ASSIGN_OR_RETURN(const auto generations, Generations());
  std::vector<std::string> put_aside;
  for (const uint64_t generation : generations) {
    const std::string name = NameOf(generation);
    auto file = CheckpointFile::OpenVerified(files_, PathOf(name));
    if (file.ok()) {
      for (const std::string& bad : put_aside) {
        (void)files_.Rename(PathOf(bad), path_ + "/" + bad + std::string(kDamaged));
      }
      return Opened{name, *std::move(file)};
    }
    if (!IsLost(file.error())) return file.error();
    // What a disk cannot read now it may read tomorrow.
    if (file.error().code == Code::kDataLoss) put_aside.push_back(name);
    damaged->push_back(file.error());
  }
  if (generations.empty()) return Name("").error();
  return Error{Code::kDataLoss, "ALL_DAMAGED",
               Format("none of the checkpoints in '{}' is undamaged: put them elsewhere, or begin "
                      "anew with --fresh",
                      Printable(path_))};
}

}  // namespace hypnos
