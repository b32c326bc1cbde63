// A store in memory, of which several replicas in one test know.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "hypnos/cluster/store.h"

namespace hypnos {

// Threads: thread-compatible.
class MemoryStore final : public Store {
 public:
  Result<std::optional<Entry>> Get(const std::string& key) override {
    if (gone_) return Gone();
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::optional<Entry>() : std::optional(found->second);
  }
  Status Put(const std::string& key, std::string_view bytes) override {
    if (gone_) return Gone();
    entries_[key] = {std::string(bytes), ++revision_};
    return {};
  }
  Result<bool> Replace(const std::string& key, std::string_view bytes, uint64_t revision) override {
    if (gone_) return Gone();
    if (const auto first = std::exchange(before_replacing_, {})) first();
    const auto found = entries_.find(key);
    if ((found == entries_.end() ? 0 : found->second.revision) != revision) return false;
    entries_[key] = {std::string(bytes), ++revision_};
    return true;
  }
  size_t most_bytes() const override { return gone_ ? 0 : most_bytes_; }

  void set_gone(bool gone) { gone_ = gone; }
  void set_most_bytes(size_t most) { most_bytes_ = most; }
  // Somebody is faster, once.
  void set_before_replacing(std::function<void()> first) { before_replacing_ = std::move(first); }
  const std::map<std::string, Entry>& entries() const { return entries_; }
  void Forget(const std::string& key) { entries_.erase(key); }

 private:
  static Error Gone() { return {Code::kUnavailable, "NOT_CONNECTED", "nobody answers there"}; }

  std::map<std::string, Entry> entries_;
  std::function<void()> before_replacing_;
  uint64_t revision_ = 0;
  size_t most_bytes_ = 1 << 20;
  bool gone_ = false;
};

}  // namespace hypnos
