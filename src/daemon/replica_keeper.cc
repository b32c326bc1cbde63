#include "daemon/replica_keeper.h"

#include <algorithm>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "daemon/ask_pipeline.h"
#include "daemon/model_keys.h"
#include "hypnos/base/format.h"
#include "hypnos/base/guarded.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/cluster/replicas.h"

namespace hypnos {
namespace {

using control::Event;

constexpr Duration kToEnd = std::chrono::seconds(5);
// Between two looks at the store.
constexpr Duration kLongestPause = std::chrono::seconds(1);
constexpr Duration kShortestPause = std::chrono::milliseconds(20);
constexpr int kLooksInDeadline = 10;
// A broker that has just gone answers nothing, and is not out of order.
constexpr int kFailuresToTell = 5;
constexpr size_t kMostOthers = 1000;

std::string Names(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

bool IsRefusal(const Error& error) {
  return error.reason == "MODEL_DIFFERS" || error.reason == "LEDGER_VERSION" ||
         error.reason == "NOT_A_LEDGER" || error.reason == "TOO_MANY_REPLICAS";
}

// Of the layer that loses most.
std::string WorstOf(const BlendReport& report) {
  size_t worst = 0;
  for (size_t l = 0; l < report.auc_before.size(); ++l) {
    const auto loss = [&](size_t layer) {
      return report.auc_before[layer] - report.auc_after[layer];
    };
    if (loss(l) > loss(worst)) worst = l;
  }
  return Format("the AUC of layer {} would fall from {:.3f} to {:.3f}", worst + 1,
                report.auc_before[worst], report.auc_after[worst]);
}

}  // namespace

// All that the thread needs, so that it can be left behind.
struct ReplicaKeeper::State {
  State(const config::Config& config, Parts with)
      : options(config.replicas()), keys(ModelKeys(config)), parts(std::move(with)) {}

  void Loop();
  void Turn();
  // Once there is a network, and so are its shapes.
  Status Begin();
  Status Do(const Replicas::Nothing&) { return {}; }
  Status Do(const Replicas::OfferWanted&);
  Status Do(const Replicas::MeanCame& came);
  Status Do(const Replicas::ModelFound& found);
  Status Do(const Replicas::LeftOut& out);
  void NoteRound(uint64_t round, const std::vector<std::string>& names, const std::string& digest,
                 uint64_t MeasuredReplicas::*count);
  void NoteFailure(const Error& error);
  void NoteOthersLeftOut();
  // What is wrong, in a sentence; empty: nothing is.
  void SetWhy(const std::string& why);
  void Say(Event::Kind kind, const std::string& sentence) const {
    Tell(parts.events, kind, "", Format("model '{}': {}", options.model(), Printable(sentence)));
  }

  const config::Replicas options;
  const std::map<std::string, std::string> keys;
  const Parts parts;
  std::thread thread;

  // The thread's own.
  std::optional<Replicas> replicas;
  int failures = 0;                             // of the store, in a row
  uint64_t told_round = 0;                      // of whose absence others were told
  std::map<std::string, std::string> told_out;  // why, by name

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stop = false;
  bool ended = false;
  MeasuredReplicas measured;
  std::map<std::string, std::string> others;  // why they take no part, as they were told of
};

void ReplicaKeeper::State::Loop() {
  const Duration pause = std::clamp<Duration>(
      FromSeconds(options.deadline_seconds()) / kLooksInDeadline, kShortestPause, kLongestPause);
  std::unique_lock lock(mutex);
  while (!stop) {
    lock.unlock();
    const Status turned = Guarded([this]() -> Status {
      Turn();
      return {};
    });
    if (!turned.ok()) NoteFailure(turned.error());
    lock.lock();
    changed.wait_for(lock, pause, [this] { return stop; });
  }
  ended = true;
  changed.notify_all();
}

void ReplicaKeeper::State::Turn() {
  if (!replicas) {
    const Status begun = Begin();
    if (!begun.ok()) return NoteFailure(begun.error());
  }
  const auto steps = AskPipeline<uint64_t>(parts.pipeline, [](PipelineControl& control) {
    return Result<uint64_t>(control.learned_steps());
  });
  if (!steps.ok()) return;
  const auto deed = replicas->Look(*steps);
  if (!deed.ok()) return NoteFailure(deed.error());
  failures = 0;
  SetWhy("");
  NoteOthersLeftOut();
  const Status done = std::visit([this](const auto& what) { return Do(what); }, *deed);
  if (!done.ok()) NoteFailure(done.error());
}

Status ReplicaKeeper::State::Begin() {
  HYPNOS_ASSIGN_OR_RETURN(const LastingState state,
                          AskPipeline<LastingState>(parts.pipeline, [](PipelineControl& control) {
                            return control.TakeLasting();
                          }));
  auto configuration = keys;
  configuration["shapes"] = state.shapes;
  replicas.emplace(ReplicaOptions{.model = options.model(),
                                  .name = parts.name,
                                  .every_steps = options.every_steps(),
                                  .deadline = FromSeconds(options.deadline_seconds()),
                                  .configuration = std::move(configuration),
                                  .values = state.weights.size(),
                                  .fresh = parts.fresh},
                   *parts.store, parts.clock);
  return {};
}

Status ReplicaKeeper::State::Do(const Replicas::OfferWanted&) {
  HYPNOS_ASSIGN_OR_RETURN(LastingState state,
                          AskPipeline<LastingState>(parts.pipeline, [](PipelineControl& control) {
                            return control.TakeLasting();
                          }));
  return replicas->Offer(std::move(state.weights), state.steps);
}

Status ReplicaKeeper::State::Do(const Replicas::MeanCame& came) {
  // Its own weights, which it has.
  if (came.names.size() == 1) {
    NoteRound(came.round, came.names, came.digest, nullptr);
    return {};
  }
  HYPNOS_ASSIGN_OR_RETURN(const BlendReport report,
                          AskPipeline<BlendReport>(parts.pipeline, [&](PipelineControl& control) {
                            return control.Blend(came.own, came.mean, options.tolerance());
                          }));
  NoteRound(came.round, came.names, came.digest,
            report.done ? &MeasuredReplicas::blended : &MeasuredReplicas::refused);
  if (report.done) {
    log::Debug("model '{}': the mean of round {}, of {}, is taken over", options.model(),
               came.round, Names(came.names));
    return {};
  }
  Say(Event::MEAN_REFUSED,
      Format("the mean of round {}, of {}, is refused: {}; learning goes on from the own weights",
             came.round, Names(came.names), WorstOf(report)));
  return {};
}

Status ReplicaKeeper::State::Do(const Replicas::ModelFound& found) {
  HYPNOS_ASSIGN_OR_RETURN(const BlendReport report,
                          AskPipeline<BlendReport>(
                              parts.pipeline, [&](PipelineControl& control) -> Result<BlendReport> {
                                HYPNOS_ASSIGN_OR_RETURN(const LastingState own,
                                                        control.TakeLasting());
                                return control.Blend(own.weights, found.values,
                                                     std::numeric_limits<double>::infinity());
                              }));
  HYPNOS_CHECK(report.done);
  NoteRound(found.round, found.names, found.digest, &MeasuredReplicas::blended);
  Say(Event::MODEL_TAKEN,
      Format("begins with what was learned until round {} by {}", found.round, Names(found.names)));
  return {};
}

Status ReplicaKeeper::State::Do(const Replicas::LeftOut& out) {
  {
    const std::lock_guard lock(mutex);
    ++measured.left_out;
  }
  Say(Event::REPLICA_LEFT_OUT,
      Format("this replica is not in the mean of round {}: {}; it goes on with its own weights",
             out.round, out.why));
  return {};
}

void ReplicaKeeper::State::NoteRound(uint64_t round, const std::vector<std::string>& names,
                                     const std::string& digest, uint64_t MeasuredReplicas::*count) {
  const std::lock_guard lock(mutex);
  measured.beat.round = round;
  measured.beat.replicas = names;
  measured.beat.digest = digest;
  if (count != nullptr) ++(measured.*count);
}

// Each is told once of who is missing, and again once it was there.
void ReplicaKeeper::State::NoteOthersLeftOut() {
  if (std::exchange(told_round, replicas->round()) == replicas->round()) return;
  const auto before = std::exchange(told_out, replicas->left_out());
  for (const auto& [name, why] : told_out) {
    const auto known = before.find(name);
    if (name == parts.name || (known != before.end() && known->second == why)) continue;
    Say(Event::REPLICA_LEFT_OUT,
        Format("replica '{}' is not in the mean of round {}: {}", name, replicas->round(), why));
  }
}

void ReplicaKeeper::State::SetWhy(const std::string& why) {
  const std::lock_guard lock(mutex);
  measured.beat.why = why;
}

void ReplicaKeeper::State::NoteFailure(const Error& error) {
  // The broker tells of itself; what has not begun or is at its end has nothing to say.
  if (error.reason == "NOT_CONNECTED" || error.reason == "NO_NETWORK" ||
      error.reason == "STOPPING") {
    return;
  }
  if (error.code == Code::kUnavailable && ++failures < kFailuresToTell) return;
  {
    const std::lock_guard lock(mutex);
    if (std::exchange(measured.beat.why, error.message) == error.message) return;
  }
  Say(Event::REPLICA_REFUSED,
      Format("{}: {}; it learns alone meanwhile",
             IsRefusal(error) ? "this replica takes no part" : "something is wrong",
             error.message));
}

ReplicaKeeper::ReplicaKeeper(const config::Config& config, Parts parts)
    : state_(std::make_shared<State>(config, std::move(parts))) {
  state_->measured.beat.model = config.replicas().model();
  state_->thread = std::thread([state = state_] { state->Loop(); });
}

ReplicaKeeper::~ReplicaKeeper() {
  if (state_->thread.joinable()) (void)Stop();
}

void ReplicaKeeper::Hear(const Heartbeat& heartbeat) {
  State& state = *state_;
  if (!heartbeat.model || heartbeat.model->model != state.options.model()) return;
  const std::string& why = heartbeat.model->why;
  {
    const std::lock_guard lock(state.mutex);
    if (!state.others.contains(heartbeat.name) && state.others.size() >= kMostOthers) return;
    if (std::exchange(state.others[heartbeat.name], why) == why) return;
  }
  if (why.empty()) return;
  state.Say(Event::REPLICA_REFUSED,
            Format("replica '{}' takes no part, as it says itself: {}", heartbeat.name, why));
}

bool ReplicaKeeper::Stop() {
  State& state = *state_;
  if (!state.thread.joinable()) return true;
  std::unique_lock lock(state.mutex);
  state.stop = true;
  state.changed.notify_all();
  const bool ended = state.changed.wait_for(lock, kToEnd, [&] { return state.ended; });
  lock.unlock();
  if (ended) {
    state.thread.join();
  } else {
    log::Warning("replicas: the broker's store hangs, and is left behind");
    state.thread.detach();
  }
  return ended;
}

MeasuredReplicas ReplicaKeeper::Measure() const {
  const std::lock_guard lock(state_->mutex);
  return state_->measured;
}

}  // namespace hypnos
