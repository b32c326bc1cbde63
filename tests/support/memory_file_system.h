// A disk in memory. As unforgiving as a real one: what was appended and not flushed is not in the
// file, and what was not synced is gone after LosePower(). Folders are what stands before the last
// slash of a path, and are always there.
// Threads: safe; each file belongs to one thread at a time.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/base/check.h"
#include "hypnos/base/file_system.h"

namespace hypnos {

class MemoryFileSystem : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return NotFound("read", path);
    return found->second->bytes;
  }

  Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    auto& contents = files_[path];
    contents = std::make_shared<Contents>();
    return std::unique_ptr<WritableFile>(std::make_unique<File>(mutex_, contents));
  }

  Result<std::unique_ptr<WritableFile>> AppendToFile(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return NotFound("write to", path);
    return std::unique_ptr<WritableFile>(std::make_unique<File>(mutex_, found->second));
  }

  Result<std::unique_ptr<ReadableFile>> OpenFile(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return NotFound("read", path);
    return std::unique_ptr<ReadableFile>(std::make_unique<OpenedFile>(mutex_, path, found->second));
  }

  Status MakeFolder(const std::string& /*path*/) override { return {}; }

  Result<std::vector<std::string>> ListFolder(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, contents] : files_) {
      if (IsIn(path, name)) names.push_back(name.substr(path.size() + 1));
    }
    return names;
  }

  // One that nothing lies in is none.
  Result<std::vector<std::string>> ListFolders(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    std::set<std::string> names;
    for (const auto& [name, contents] : files_) {
      const std::string rest = name.starts_with(path + "/") ? name.substr(path.size() + 1) : "";
      if (rest.find('/') != rest.npos) names.insert(rest.substr(0, rest.find('/')));
    }
    return std::vector<std::string>(names.begin(), names.end());
  }

  Status RemoveFolder(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (!HoldsSomething(path)) return {};
    return Error{Code::kUnavailable, "FILE_IO",
                 "cannot remove folder '" + path + "': Directory not empty"};
  }

  Status SyncFolder(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(durable_, [&](const auto& file) { return IsIn(path, file.first); });
    for (const auto& [name, contents] : files_) {
      if (IsIn(path, name)) durable_[name] = contents;
    }
    return {};
  }

  Status Rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(from);
    if (found == files_.end()) return NotFound("rename", from);
    auto contents = found->second;
    files_.erase(found);
    files_[to] = std::move(contents);
    return {};
  }

  Status Remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    if (files_.erase(path) == 0) return NotFound("remove", path);
    return {};
  }

  Status Truncate(const std::string& path, uint64_t size) override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return NotFound("cut off", path);
    HYPNOS_CHECK(size <= found->second->bytes.size());
    found->second->bytes.resize(size);
    return {};
  }

  bool Exists(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    return files_.count(path) != 0 || HoldsSomething(path);
  }

  // For tests: puts a file there, durably.
  void WriteFile(const std::string& path, std::string bytes) {
    const std::lock_guard lock(mutex_);
    files_[path] = durable_[path] = std::make_shared<Contents>(Contents{bytes, bytes});
  }

  // In order of their names.
  std::vector<std::string> Paths() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> paths;
    for (const auto& [path, contents] : files_) paths.push_back(path);
    return paths;
  }

  // Every file falls back to what it held when it was last synced. Names survive: renaming is
  // taken to be durable at once.
  void LosePower() {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, contents] : files_) contents->bytes = contents->synced;
  }

  // Likewise, and every folder to the names that it had when it was last synced.
  void LosePowerAndNames() {
    const std::lock_guard lock(mutex_);
    files_ = durable_;
    for (const auto& [path, contents] : files_) contents->bytes = contents->synced;
  }

 private:
  struct Contents {
    std::string bytes;
    std::string synced;
  };

  // Goes on writing to the same contents when the file is renamed, as POSIX has it.
  class File final : public WritableFile {
   public:
    File(std::mutex& mutex, std::shared_ptr<Contents> contents)
        : mutex_(mutex), contents_(std::move(contents)) {}

    // As the real one, which closes.
    ~File() override {
      if (contents_ != nullptr) (void)Flush();
    }

    Status Append(std::string_view bytes) override {
      HYPNOS_CHECK(contents_ != nullptr);
      buffered_ += bytes;
      return {};
    }
    Status Flush() override {
      HYPNOS_CHECK(contents_ != nullptr);
      const std::lock_guard lock(mutex_);
      contents_->bytes += std::exchange(buffered_, {});
      return {};
    }
    Status Sync() override {
      HYPNOS_RETURN_IF_ERROR(Flush());
      const std::lock_guard lock(mutex_);
      contents_->synced = contents_->bytes;
      return {};
    }
    Status Close() override {
      HYPNOS_RETURN_IF_ERROR(Flush());
      contents_ = nullptr;
      return {};
    }

   private:
    std::mutex& mutex_;
    std::shared_ptr<Contents> contents_;
    std::string buffered_;
  };

  class OpenedFile final : public ReadableFile {
   public:
    OpenedFile(std::mutex& mutex, std::string path, std::shared_ptr<Contents> contents)
        : mutex_(mutex),
          path_(std::move(path)),
          contents_(std::move(contents)),
          size_(contents_->bytes.size()) {}

    Status ReadAt(uint64_t offset, std::span<std::byte> bytes) override {
      const std::lock_guard lock(mutex_);
      const std::string& all = contents_->bytes;
      if (offset > all.size() || bytes.size() > all.size() - offset) {
        return Error{Code::kOutOfRange, "FILE_TOO_SHORT",
                     "cannot read '" + path_ + "': it ends at byte " + std::to_string(all.size())};
      }
      std::ranges::copy(std::as_bytes(std::span(all).subspan(offset, bytes.size())), bytes.begin());
      return {};
    }
    uint64_t size() const override { return size_; }

   private:
    std::mutex& mutex_;
    std::string path_;
    std::shared_ptr<Contents> contents_;
    uint64_t size_;
  };

  static bool IsIn(const std::string& folder, const std::string& path) {
    return path.starts_with(folder + "/") && path.find('/', folder.size() + 1) == path.npos;
  }

  bool HoldsSomething(const std::string& folder) const {
    const auto first = files_.lower_bound(folder + "/");
    return first != files_.end() && first->first.starts_with(folder + "/");
  }

  static Error NotFound(const char* doing, const std::string& path) {
    return {Code::kNotFound, "FILE_NOT_FOUND",
            std::string("cannot ") + doing + " '" + path + "': No such file or directory"};
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Contents>> files_;
  std::map<std::string, std::shared_ptr<Contents>> durable_;  // by the names of the last sync
};

}  // namespace hypnos
