#include "daemon/history_keeper.h"

#include <utility>

#include "daemon/history_answers.h"
#include "daemon/history_track.h"
#include "daemon/labour.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

constexpr Duration kEvery = std::chrono::seconds(1);
constexpr uint64_t kBytesInMegabyte = 1'000'000;

}  // namespace

Result<std::unique_ptr<HistoryKeeper>> HistoryKeeper::Start(const Parts& parts,
                                                            const config::History& config) {
  if (!config.enabled()) return std::unique_ptr<HistoryKeeper>();
  HistoryOptions options;
  options.folder = config.folder();
  options.budget_bytes = config.budget_megabytes() * kBytesInMegabyte;
  std::optional<FolderLock> lock;
  if (!options.folder.empty()) {
    HYPNOS_ASSIGN_OR_RETURN(lock, FolderLock::Take(options.folder, "history.folder"));
  }
  return std::unique_ptr<HistoryKeeper>(new HistoryKeeper(parts, options, std::move(lock)));
}

HistoryKeeper::HistoryKeeper(const Parts& parts, const HistoryOptions& options,
                             std::optional<FolderLock> lock)
    : parts_(parts),
      lock_(std::move(lock)),
      history_(options),
      thread_([this] { Loop(); }),
      reader_(kMostWaiting) {}

HistoryKeeper::~HistoryKeeper() { Close(); }

bool HistoryKeeper::Close() {
  if (!thread_.joinable()) return true;
  // Or whoever waits for a disk that hangs would be waited for.
  history_.EndReading();
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    changed_.notify_all();
  }
  thread_.join();
  for (const HistoryChange& change : sampler_.End(parts_.clock.WallNow())) history_.Add(change);
  return history_.Close();
}

void HistoryKeeper::Loop() {
  Instant next = parts_.clock.Now();
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    LookOnce();
    // What was missed, as while the machine slept, is not made up for.
    const Instant now = parts_.clock.Now();
    next = next + kEvery > now ? next + kEvery : now + kEvery;
    lock.lock();
    changed_.wait_for(lock, next - now, [this] { return stop_; });
  }
}

// What a thread throws would end the daemon; said once, and not each second.
void HistoryKeeper::LookOnce() {
  const auto looked = Guarded([this] {
    Look();
    return Status();
  });
  const std::string trouble = looked.ok() ? "" : looked.error().message;
  if (std::exchange(trouble_, trouble) != trouble && !looked.ok()) {
    log::Error("history: {}; figures of this moment are missing", Printable(trouble));
  }
}

// Changes first: what is seen afterwards is at least as new, and is not taken back by them. Its
// time is that before all: what happens while it is looked has a later one.
void HistoryKeeper::Look() {
  const WallTime wall = parts_.clock.WallNow();
  for (const auto& learner : parts_.learners.All()) {
    for (HistoryChange& change : learner->TakeHistory()) {
      if (parts_.separate) change.source = learner->config().sources(0).name();
      sampler_.Note(change);
      history_.Add(change);
    }
  }
  const auto networks = Measure(parts_.learners, parts_.separate);
  for (const HistoryChange& change : sampler_.Changes(wall, networks)) history_.Add(change);
  history_.Add(sampler_.Sample(parts_.clock.Now(), wall, networks));
}

Result<control::QueryHistoryResponse> HistoryKeeper::Read(
    const control::QueryHistoryRequest& request) const {
  const WallTime now = parts_.clock.WallNow();
  HYPNOS_ASSIGN_OR_RETURN(const HistoryQuery query, QueryOf(request, now));
  HYPNOS_ASSIGN_OR_RETURN(const HistoryAnswer answer, history_.Read(query));
  return ResponseOf(query, answer, now);
}

void HistoryKeeper::Handle(const control::QueryHistoryRequest& request, const Answer& answer) {
  Labour(reader_, answer, "BUSY_READING", [this, request]() -> Result<control::Response> {
    control::Response response;
    HYPNOS_ASSIGN_OR_RETURN(*response.mutable_query_history(), Read(request));
    return response;
  });
}

telemetry::History HistoryKeeper::Report() const {
  const HistoryStatus status = history_.status();
  telemetry::History report;
  report.set_series(status.series);
  report.set_folder(status.folder);
  report.set_bytes(status.bytes);
  if (status.oldest_time != 0) report.set_oldest_time(static_cast<double>(status.oldest_time));
  report.set_written(status.written);
  report.set_lost(status.lost);
  report.set_failing(!status.failing.empty());
  report.set_why(status.failing);
  return report;
}

void AnswerFromHistory(HistoryKeeper* keeper, const control::QueryHistoryRequest& request,
                       const Answer& answer) {
  if (keeper != nullptr) return keeper->Handle(request, answer);
  answer(Error{Code::kFailedPrecondition, "NO_HISTORY",
               "history.enabled is false, so that nothing is remembered: switch it on and start "
               "the daemon again"});
}

}  // namespace hypnos
