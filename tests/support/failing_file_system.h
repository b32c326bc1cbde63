// Another file system that fails once, at a chosen operation. To see that a piece of code survives
// any failure, run it once to learn operations(), then once for each of them:
//   FailingFileSystem disk(memory);
//   disk.FailAt(n, {Code::kResourceExhausted, "DISK_FULL", "the disk is full"});
// Counted from 1, in the order of the calls: ReadFile, OpenFile, ReadAt, CreateFile, AppendToFile,
// Append, Flush, Sync, Close, Rename, Remove, Truncate, MakeFolder, ListFolder, ListFolders,
// RemoveFolder, SyncFolder. A
// failing Append writes the first half: disks fill up in the middle of a record. A failing Close
// closes nevertheless. Every other failing operation does nothing. Threads: thread-compatible.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/base/file_system.h"

namespace hypnos {

class FailingFileSystem final : public FileSystem {
 public:
  explicit FailingFileSystem(FileSystem& disk) : disk_(disk) {}

  // The n-th operation from now on fails.
  void FailAt(int n, Error error) {
    fail_at_ = operations() + n;
    error_ = std::move(error);
  }

  // It and all after it: the machine has stopped.
  void FailFrom(int n, Error error) {
    FailAt(n, std::move(error));
    for_ever_ = true;
  }

  // From now on nothing fails.
  void Heal() {
    fail_at_ = 0;
    for_ever_ = false;
  }

  int operations() const { return static_cast<int>(calls_.size()); }
  // "CreateFile a.tmp", "Append a.tmp", ...: to see that a sync came before a rename.
  const std::vector<std::string>& calls() const { return calls_; }

  Result<std::string> ReadFile(const std::string& path) override {
    if (Fails("ReadFile", path)) return error_;
    return disk_.ReadFile(path);
  }

  Result<std::unique_ptr<WritableFile>> CreateFile(const std::string& path) override {
    if (Fails("CreateFile", path)) return error_;
    HYPNOS_ASSIGN_OR_RETURN(auto file, disk_.CreateFile(path));
    return std::unique_ptr<WritableFile>(std::make_unique<File>(*this, path, std::move(file)));
  }

  Result<std::unique_ptr<WritableFile>> AppendToFile(const std::string& path) override {
    if (Fails("AppendToFile", path)) return error_;
    HYPNOS_ASSIGN_OR_RETURN(auto file, disk_.AppendToFile(path));
    return std::unique_ptr<WritableFile>(std::make_unique<File>(*this, path, std::move(file)));
  }

  Result<std::unique_ptr<ReadableFile>> OpenFile(const std::string& path) override {
    if (Fails("OpenFile", path)) return error_;
    HYPNOS_ASSIGN_OR_RETURN(auto file, disk_.OpenFile(path));
    return std::unique_ptr<ReadableFile>(
        std::make_unique<OpenedFile>(*this, path, std::move(file)));
  }

  Status MakeFolder(const std::string& path) override {
    if (Fails("MakeFolder", path)) return error_;
    return disk_.MakeFolder(path);
  }

  Result<std::vector<std::string>> ListFolder(const std::string& path) override {
    if (Fails("ListFolder", path)) return error_;
    return disk_.ListFolder(path);
  }

  Result<std::vector<std::string>> ListFolders(const std::string& path) override {
    if (Fails("ListFolders", path)) return error_;
    return disk_.ListFolders(path);
  }

  Status RemoveFolder(const std::string& path) override {
    if (Fails("RemoveFolder", path)) return error_;
    return disk_.RemoveFolder(path);
  }

  Status SyncFolder(const std::string& path) override {
    if (Fails("SyncFolder", path)) return error_;
    return disk_.SyncFolder(path);
  }

  Status Rename(const std::string& from, const std::string& to) override {
    if (Fails("Rename", from)) return error_;
    return disk_.Rename(from, to);
  }

  Status Remove(const std::string& path) override {
    if (Fails("Remove", path)) return error_;
    return disk_.Remove(path);
  }

  Status Truncate(const std::string& path, uint64_t size) override {
    if (Fails("Truncate", path)) return error_;
    return disk_.Truncate(path, size);
  }

  bool Exists(const std::string& path) override { return disk_.Exists(path); }

 private:
  class File final : public WritableFile {
   public:
    File(FailingFileSystem& owner, std::string path, std::unique_ptr<WritableFile> file)
        : owner_(owner), path_(std::move(path)), file_(std::move(file)) {}

    Status Append(std::string_view bytes) override {
      if (!owner_.Fails("Append", path_)) return file_->Append(bytes);
      HYPNOS_RETURN_IF_ERROR(file_->Append(bytes.substr(0, bytes.size() / 2)));
      return owner_.error_;
    }
    Status Flush() override {
      if (owner_.Fails("Flush", path_)) return owner_.error_;
      return file_->Flush();
    }
    Status Sync() override {
      if (owner_.Fails("Sync", path_)) return owner_.error_;
      return file_->Sync();
    }
    Status Close() override {
      const bool fails = owner_.Fails("Close", path_);
      HYPNOS_RETURN_IF_ERROR(file_->Close());
      if (fails) return owner_.error_;
      return {};
    }

   private:
    FailingFileSystem& owner_;
    std::string path_;
    std::unique_ptr<WritableFile> file_;
  };

  class OpenedFile final : public ReadableFile {
   public:
    OpenedFile(FailingFileSystem& owner, std::string path, std::unique_ptr<ReadableFile> file)
        : owner_(owner), path_(std::move(path)), file_(std::move(file)) {}

    Status ReadAt(uint64_t offset, std::span<std::byte> bytes) override {
      if (owner_.Fails("ReadAt", path_)) return owner_.error_;
      return file_->ReadAt(offset, bytes);
    }
    uint64_t size() const override { return file_->size(); }

   private:
    FailingFileSystem& owner_;
    std::string path_;
    std::unique_ptr<ReadableFile> file_;
  };

  bool Fails(const char* operation, const std::string& path) {
    calls_.push_back(std::string(operation) + " " + path);
    return operations() == fail_at_ || (for_ever_ && fail_at_ > 0 && operations() > fail_at_);
  }

  FileSystem& disk_;
  int fail_at_ = 0;
  bool for_ever_ = false;
  Error error_;
  std::vector<std::string> calls_;
};

}  // namespace hypnos
