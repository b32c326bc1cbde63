#include "telemetry/history_writer.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "telemetry/history_database.h"

namespace hypnos {
namespace {

constexpr size_t kMostWaiting = 3600;

Error FolderIsGone(const std::string& folder) {
  return {Code::kUnavailable, "FOLDER_GONE", Format("the folder '{}' is not there", folder)};
}

// With its journal, so that somebody can look at it. One is kept.
Status SetAside(const std::string& folder) {
  const std::string from = folder + "/" + HistoryDatabase::kFileName;
  const std::string to = folder + "/" + HistoryDatabase::kDamagedName;
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code failed;
    std::filesystem::remove(to + part, failed);
    std::filesystem::rename(from + part, to + part, failed);
    if (failed && failed != std::errc::no_such_file_or_directory) {
      return Error{Code::kUnavailable, "FILE_IO",
                   Format("'{}' cannot be set aside: {}", from + part, failed.message())};
    }
  }
  return {};
}

}  // namespace

class HistoryWriter::Loop {
 public:
  explicit Loop(const HistoryOptions& options) : options_(options) {
    status_.folder = options.folder;
  }

  template <class Entry>
  void Add(std::deque<Entry>& waiting, const Entry& entry) {
    const std::lock_guard lock(mutex_);
    waiting.push_back(entry);
    Bound();
  }
  void Add(const HistorySample& sample) { Add(samples_, sample); }
  void Add(const HistoryChange& change) { Add(changes_, change); }

  HistoryStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  // False: not within that time.
  bool WaitUntilOver(Duration patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return over_; });
  }

  void Run() {
    // What a thread throws would end the daemon.
    try {
      while (WriteInTurn()) {
      }
    } catch (const std::bad_alloc&) {
      Fail({Code::kResourceExhausted, "OUT_OF_MEMORY", "there is not enough memory"});
    }
    database_.reset();
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  // Under the lock.
  void Bound() {
    for (; samples_.size() > kMostWaiting; ++status_.lost) samples_.pop_front();
    while (changes_.size() > kMostWaiting) changes_.pop_front();
  }

  // False: that was the last time.
  bool WriteInTurn() {
    bool last = false;
    {
      std::unique_lock lock(mutex_);
      const Duration pause = status_.failing.empty() ? options_.write_every : options_.retry_every;
      changed_.wait_for(lock, first_ ? Duration::zero() : pause, [this] { return stop_; });
      last = stop_;
    }
    first_ = false;
    const Status written = WriteAll();
    if (!written.ok()) {
      Fail(written.error());
    } else {
      Recover();
    }
    return !last;
  }

  Status WriteAll() {
    Status written = OpenAndWrite();
    if (written.ok() || written.error().code != Code::kDataLoss) return written;
    database_.reset();
    HYPNOS_RETURN_IF_ERROR(SetAside(options_.folder));
    log::Error("history: {}: it is damaged; it was set aside as '{}', and a new one is begun",
               Printable(written.error().message), HistoryDatabase::kDamagedName);
    return OpenAndWrite();
  }

  Status OpenAndWrite() {
    HYPNOS_RETURN_IF_ERROR(Open());
    std::vector<HistorySample> samples;
    std::vector<HistoryChange> changes;
    {
      const std::lock_guard lock(mutex_);
      samples.assign(samples_.begin(), samples_.end());
      changes.assign(changes_.begin(), changes_.end());
      samples_.clear();
      changes_.clear();
    }
    Status written = database_->Write(samples, changes);
    if (!written.ok()) {
      const std::lock_guard lock(mutex_);
      samples_.insert(samples_.begin(), samples.begin(), samples.end());
      changes_.insert(changes_.begin(), changes.begin(), changes.end());
      Bound();
      return written;
    }
    NoteWritten(samples.size());
    return Tend(samples);
  }

  Status Open() {
    // A file that was removed takes what is written to it without a word.
    if (database_ && !database_->IsThere()) database_.reset();
    if (database_) return {};
    // It is not made anew: its disk may be missing, and another one would fill up in its place.
    if (std::error_code failed; !std::filesystem::is_directory(options_.folder, failed)) {
      return FolderIsGone(options_.folder);
    }
    HYPNOS_ASSIGN_OR_RETURN(database_, HistoryDatabase::Open(options_.folder, options_.vfs));
    thinned_ = 0;
    return {};
  }

  // By the time of what is written: no other clock is needed.
  Status Tend(const std::vector<HistorySample>& samples) {
    if (samples.empty()) return NoteSize();
    const int64_t now = samples.back().time;
    const auto every = static_cast<int64_t>(Seconds(options_.thin_every));
    // Also where the clock was set back.
    if (now >= thinned_ && now < thinned_ + every) return NoteSize();
    thinned_ = now;
    HYPNOS_RETURN_IF_ERROR(database_->Thin(now));
    HYPNOS_RETURN_IF_ERROR(database_->KeepTo(options_.budget_bytes));
    HYPNOS_ASSIGN_OR_RETURN(const auto times, database_->Times());
    if (times) {
      const std::lock_guard lock(mutex_);
      status_.oldest_time = times->first;
    }
    return NoteSize();
  }

  Status NoteSize() {
    HYPNOS_ASSIGN_OR_RETURN(const uint64_t bytes, database_->Bytes());
    const std::lock_guard lock(mutex_);
    status_.bytes = bytes;
    return {};
  }

  void NoteWritten(size_t samples) {
    const std::lock_guard lock(mutex_);
    status_.written += samples;
  }

  void Fail(const Error& error) {
    database_.reset();
    const std::string why = Printable(error.message);
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(status_.failing, why) == why) return;
    }
    log::Error("history: {}; it stays in memory, and is written when that can be done", why);
  }

  void Recover() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(status_.failing, "").empty()) return;
    }
    log::Info("history: it is written again");
  }

  const HistoryOptions options_;
  // Of the thread.
  std::optional<HistoryDatabase> database_;
  int64_t thinned_ = 0;
  bool first_ = true;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<HistorySample> samples_;
  std::deque<HistoryChange> changes_;
  HistoryStatus status_;
  bool stop_ = false;
  bool over_ = false;
};

HistoryWriter::HistoryWriter(const HistoryOptions& options)
    : patience_(options.patience), loop_(std::make_shared<Loop>(options)) {
  std::thread([loop = loop_] { loop->Run(); }).detach();
}

HistoryWriter::~HistoryWriter() {
  loop_->Stop();
  if (loop_->WaitUntilOver(patience_)) return;
  log::Warning("history: the disk hangs and is left behind; what waited for it is lost");
}

void HistoryWriter::Add(const HistorySample& sample) { loop_->Add(sample); }
void HistoryWriter::Add(const HistoryChange& change) { loop_->Add(change); }
HistoryStatus HistoryWriter::status() const { return loop_->status(); }

}  // namespace hypnos
