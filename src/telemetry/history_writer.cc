#include "telemetry/history_writer.h"

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "telemetry/changes.h"
#include "telemetry/history_database.h"

namespace hypnos {
namespace {

// What waits for the disk: an hour, and of many series less, so that it takes some 40 MB at most.
constexpr size_t kMostWaiting = 3600;
constexpr size_t kMostValues = 500'000;

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

  void Add(const HistorySample& sample) {
    const std::lock_guard lock(mutex_);
    waiting_.values += sample.values.size();
    waiting_.samples.push_back(sample);
    Bound();
  }
  void Add(const HistoryChange& change) {
    const std::lock_guard lock(mutex_);
    AddLastOfSecond(change, waiting_.changes);
    Bound();
  }

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
    while (WriteInTurn()) {
    }
    database_.reset();
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }

 private:
  struct Waiting {
    std::vector<HistorySample> samples = {};
    std::vector<HistoryChange> changes = {};
    size_t values = 0;  // of all samples
  };

  // Under the lock. The oldest go, but for the phases in which they leave their sources.
  void Bound() {
    auto& [samples, changes, values] = waiting_;
    size_t gone = 0;
    for (; samples.size() - gone > kMostWaiting || (values > kMostValues && gone < samples.size());
         ++gone) {
      values -= samples[gone].values.size();
    }
    samples.erase(samples.begin(), samples.begin() + static_cast<ptrdiff_t>(gone));
    status_.lost += gone;
    while (changes.size() > kMostWaiting) {
      NotePhase(changes.front(), phases_);
      changes.erase(changes.begin());
    }
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
    // What a thread throws would end the daemon.
    const Status written = Guarded([this] { return WriteAll(); });
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
    Waiting taken;
    {
      const std::lock_guard lock(mutex_);
      std::swap(taken, waiting_);
    }
    Status written = Guarded([&] { return WriteAndCheck(taken); });
    if (!written.ok()) {
      PutBack(std::move(taken));
      return written;
    }
    NoteWritten(taken);
    return Tend(taken.samples);
  }

  Status WriteAndCheck(const Waiting& taken) {
    HYPNOS_RETURN_IF_ERROR(OrDamage(database_->Write(taken.samples, taken.changes)));
    // Afterwards: of a large file it takes long, and somebody may want to end meanwhile.
    return CheckOnce();
  }

  // kDataLoss where the file is damaged.
  Status CheckOnce() {
    if (checked_) return {};
    const Status sound = database_->Check();
    checked_ = sound.ok();
    return sound.ok() || sound.error().code != Code::kDataLoss ? Status() : sound;
  }

  // What is wrong within a file may look like anything.
  Status OrDamage(const Status& done) {
    if (done.ok()) return {};
    HYPNOS_RETURN_IF_ERROR(CheckOnce());
    return done;
  }

  // Before what has come meanwhile.
  void PutBack(Waiting taken) {
    const std::lock_guard lock(mutex_);
    std::swap(taken, waiting_);
    std::ranges::move(taken.samples, std::back_inserter(waiting_.samples));
    std::ranges::move(taken.changes, std::back_inserter(waiting_.changes));
    waiting_.values += taken.values;
    Bound();
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
    // Of whoever wrote it before. What follows is of this process, which goes on.
    if (!begun_) HYPNOS_RETURN_IF_ERROR(OrDamage(database_->EndPhases()));
    begun_ = true;
    return OrDamage(database_->Restate(Phases()));
  }

  LastPhases Phases() const {
    const std::lock_guard lock(mutex_);
    return phases_;
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
    HYPNOS_ASSIGN_OR_RETURN(const bool kept, database_->KeepTo(options_.budget_bytes));
    if (!kept && !std::exchange(told_budget_, true)) {
      log::Warning("history: the newest figures alone take more than history.budget_megabytes");
    }
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

  void NoteWritten(const Waiting& taken) {
    const std::lock_guard lock(mutex_);
    status_.written += taken.samples.size();
    for (const HistoryChange& change : taken.changes) NotePhase(change, phases_);
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
  bool begun_ = false;    // phases of whoever wrote before were ended
  bool checked_ = false;  // the whole file was read
  bool told_budget_ = false;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Waiting waiting_;
  // Of what was written, or will never be.
  LastPhases phases_;
  HistoryStatus status_;
  bool stop_ = false;
  bool over_ = false;
};

HistoryWriter::HistoryWriter(const HistoryOptions& options)
    : patience_(options.patience), loop_(std::make_shared<Loop>(options)) {
  std::thread([loop = loop_] { loop->Run(); }).detach();
}

HistoryWriter::~HistoryWriter() { (void)Close(patience_); }

bool HistoryWriter::Close(Duration patience) {
  if (std::exchange(closed_, true)) return true;
  loop_->Stop();
  return loop_->WaitUntilOver(patience);
}

void HistoryWriter::Add(const HistorySample& sample) { loop_->Add(sample); }
void HistoryWriter::Add(const HistoryChange& change) { loop_->Add(change); }
HistoryStatus HistoryWriter::status() const { return loop_->status(); }

}  // namespace hypnos
