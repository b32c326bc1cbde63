#include "telemetry/history_reader.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"

namespace hypnos {

class HistoryReader::Desk : public std::enable_shared_from_this<Desk> {
 public:
  explicit Desk(const HistoryOptions& options)
      : disk_{options.folder, options.vfs}, patience_(options.read_patience) {}

  Result<HistoryAnswer> Read(const HistoryQuery& query, const KnownTimes& known) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience_, [this] { return stop_ || late_ || !under_way_; });
    if (stop_ || under_way_) return Refusal();
    const auto job = std::make_shared<Job>(query, known);
    // A thread of its own, since it may never come back.
    std::thread([desk = shared_from_this(), job] { desk->Do(*job); }).detach();
    under_way_ = true;
    changed_.wait_for(lock, patience_, [&] { return stop_ || job->answer; });
    if (job->answer) return *std::move(job->answer);
    late_ = true;
    return Refusal();
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }

  bool WaitUntilOver(Duration patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return !under_way_; });
  }

 private:
  struct Job {
    Job(HistoryQuery asked, KnownTimes times) : query(std::move(asked)), known(std::move(times)) {}
    const HistoryQuery query;
    const KnownTimes known;
    std::optional<Result<HistoryAnswer>> answer;  // under the lock
  };

  Error Refusal() const {
    if (stop_) return {Code::kUnavailable, "STOPPING", "the daemon is stopping"};
    return {Code::kUnavailable, "DISK_HANGS",
            Format("'{}': the disk has not answered for {:g} s", disk_.folder, Seconds(patience_))};
  }

  void Do(Job& job) {
    auto answer = Guarded([&] { return ReadHistory(disk_, job.query, job.known, stop_); });
    const std::lock_guard lock(mutex_);
    job.answer = std::move(answer);
    under_way_ = late_ = false;
    changed_.notify_all();
  }

  const HistoryOnDisk disk_;
  const Duration patience_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> stop_ = false;
  bool under_way_ = false;  // somebody reads
  bool late_ = false;       // and nobody waits for that any more
};

HistoryReader::HistoryReader(const HistoryOptions& options)
    : desk_(std::make_shared<Desk>(options)) {}
HistoryReader::~HistoryReader() { Stop(); }

Result<HistoryAnswer> HistoryReader::Read(const HistoryQuery& query, const KnownTimes& known) {
  return desk_->Read(query, known);
}
void HistoryReader::Stop() { desk_->Stop(); }
bool HistoryReader::WaitUntilOver(Duration patience) { return desk_->WaitUntilOver(patience); }

}  // namespace hypnos
