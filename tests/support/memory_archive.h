// Archives that keep a saved state in memory, by name: to compare two states part by part, and to
// load one into another object.
//   SavedState before = StateOf(pipeline);
// Threads: thread-compatible.
#pragma once

#include <cstring>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/state_archive.h"

namespace hypnos {

struct SavedTensor {
  ElementType type = ElementType::kU8;
  StateArchive::Shape shape;
  std::string bytes;
  bool operator==(const SavedTensor&) const = default;
};

using SavedState = std::map<std::string, SavedTensor>;

// Two parts of one name are a mistake.
class MemorySaver final : public StateArchive {
 public:
  MemorySaver() : StateArchive(false) {}
  const SavedState& saved() const { return saved_; }

 private:
  void Save(const std::string& name, ElementType type, const Shape& shape, const Parts& parts,
            bool /*copied*/) override {
    SavedTensor tensor{type, shape, {}};
    for (const auto& part : parts) {
      tensor.bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
    }
    HYPNOS_CHECK(saved_.emplace(name, std::move(tensor)).second);
  }
  Status Load(const std::string&, ElementType, const Shape&, const Parts&) override { return {}; }
  bool ShapeOf(const std::string&, Shape*) const override { return false; }

  SavedState saved_;
};

class MemoryLoader final : public StateArchive {
 public:
  explicit MemoryLoader(SavedState saved) : StateArchive(true), saved_(std::move(saved)) {}

  // What was saved and nobody has asked for.
  std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& [name, tensor] : saved_) {
      if (!taken_.contains(name)) names.push_back(name);
    }
    return names;
  }

 private:
  void Save(const std::string&, ElementType, const Shape&, const Parts&, bool) override {}
  Status Load(const std::string& name, ElementType type, const Shape& shape,
              const Parts& parts) override {
    const auto found = saved_.find(name);
    if (found == saved_.end() || found->second.type != type || found->second.shape != shape) {
      return Error{Code::kFailedPrecondition, "STATE_DOES_NOT_FIT",
                   "'" + name + "' is missing, or of another type or shape"};
    }
    taken_.insert(name);
    const char* from = found->second.bytes.data();
    for (const auto& part : parts) {
      if (!part.empty()) std::memcpy(part.data(), from, part.size());
      from += part.size();
    }
    return {};
  }
  void PassOverAll(const std::string& prefix) override {
    for (const auto& [name, tensor] : saved_) {
      if (name.starts_with(prefix)) taken_.insert(name);
    }
  }
  bool ShapeOf(const std::string& name, Shape* shape) const override {
    const auto found = saved_.find(name);
    if (found == saved_.end()) return false;
    *shape = found->second.shape;
    return true;
  }

  SavedState saved_;
  std::set<std::string> taken_;
};

template <class T>
SavedState StateOf(T& object) {
  MemorySaver saver;
  object.ExchangeState(saver);
  return saver.saved();
}

// Where two states differ, by name.
inline std::vector<std::string> Differences(const SavedState& one, const SavedState& other) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : one) {
    const auto found = other.find(name);
    if (found == other.end() || found->second != tensor) names.insert(name);
  }
  for (const auto& [name, tensor] : other) {
    if (!one.contains(name)) names.insert(name);
  }
  return {names.begin(), names.end()};
}

}  // namespace hypnos
