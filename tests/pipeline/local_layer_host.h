// A remote layer that is computed in this process, on a thread of its own.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "hypnos/base/state_copy.h"
#include "hypnos/network/hosted_layer.h"
#include "hypnos/network/remote_layer.h"

namespace hypnos {

class LocalLayerHost final : public RemoteLayer {
 public:
  ~LocalLayerHost() override { Join(); }

  // So many of the next steps are not answered, and their state there goes its own way.
  void WillBeLate(int steps) { late_ = steps; }
  // From the next call on.
  void Die() { dead_ = true; }
  void WantSeat() { wants_seat_ = true; }
  int begun() const { return begun_; }
  int64_t steps() const { return steps_; }

  Status Begin(const Seat& seat) override {
    // Lanes begin anew, in the middle of what they read.
    was_late_ = was_late_ || wants_seat_;
    wants_seat_ = false;
    ++begun_;
    Join();
    auto layer = FfLayer::Create(seat.mirror.options(), seat.learning, seat.rng);
    if (!layer.ok()) return layer.error();
    hosted_ = std::make_unique<HostedLayer>(std::move(layer).value(), seat.locations);
    hosted_->layer().SetRateFactor(seat.rate_factor);
    return Copy(seat.mirror, hosted_->layer());
  }
  bool wants_seat() const override { return wants_seat_; }

  void Send(std::span<const RemoteTick> ticks, bool finish,
            std::function<void()> answered) override {
    Join();
    const std::lock_guard lock(mutex_);
    said_.clear();
    ++steps_;
    // Views end with this call.
    auto work = std::make_shared<Work>();
    for (const RemoteTick& tick : ticks) {
      work->ticks.push_back({*tick.tick, tick.phase, Owned(tick.below), Owned(tick.above)});
    }
    work->finish = finish;
    const bool late = late_ > 0;
    if (late) --late_;
    was_late_ = was_late_ || late;
    worker_ = std::thread([this, work, late, answered = std::move(answered)] {
      if (!late && !dead_) Compute(*work);
      answered();
    });
  }

  Result<bool> Take(const Tick& tick, StepStatistics& statistics, FfLayerState& state,
                    MatrixView out) override {
    Join();
    if (dead_) return Gone();
    const auto found = said_.find(tick.lane);
    if (found == said_.end()) return false;
    const FfLayerState& there = hosted_->state(tick.lane);
    statistics = found->second;
    state.goodness = there.goodness;
    state.probability = there.probability;
    state.energy = there.energy;
    state.change = there.change;
    const ConstMatrixView said = hosted_->output(tick.lane);
    for (size_t i = 0; i < out.rows; ++i)
      std::copy_n(said.row(i).data(), out.cols, out.row(i).data());
    return true;
  }

  Result<RemoteFacts> FallAsleep() override {
    if (dead_) return Gone();
    hosted_->layer().FallAsleep(executor_);
    return Facts();
  }
  Result<RemoteFacts> WakeUp() override {
    if (dead_) return Gone();
    hosted_->layer().WakeUp(executor_);
    return Facts();
  }
  Status SetRateFactor(float factor) override {
    hosted_->layer().SetRateFactor(factor);
    return {};
  }
  Status Pull(FfLayer& mirror, PullFor) override {
    if (dead_) return Gone();
    return Copy(hosted_->layer(), mirror);
  }
  Status Push(FfLayer& mirror) override {
    if (dead_) return Gone();
    return Copy(mirror, hosted_->layer());
  }
  Status PullLane(Lane lane, FfLayerState& state) override {
    if (dead_) return Gone();
    state.CopyFrom(hosted_->state(lane));
    return {};
  }
  Status PushLane(Lane lane, int64_t number, const FfLayerState& state,
                  ConstMatrixView out) override {
    if (dead_) return Gone();
    return hosted_->SetLane(lane, number, state.h, out);
  }

 private:
  struct OwnedTick {
    Tick tick;
    Phase phase;
    Matrix below, above;
  };
  struct Work {
    std::vector<OwnedTick> ticks;
    bool finish = false;
  };

  void Join() {
    const std::lock_guard lock(mutex_);
    if (worker_.joinable()) worker_.join();
  }

  static Error Gone() { return {Code::kUnavailable, "LAYER_LOST", "layer 2 is gone"}; }

  static Matrix Owned(ConstMatrixView view) {
    Matrix copy(view.rows, view.cols);
    for (size_t i = 0; i < view.rows; ++i) std::ranges::copy(view.row(i), copy.row(i).begin());
    return copy;
  }

  static Status Copy(FfLayer& from, FfLayer& to) {
    StateCopy::Saver saver(UINT64_MAX);
    from.ExchangeState(saver);
    const std::optional<StateCopy> copy = saver.Take();
    StateCopy::Loader loader(*copy);
    to.ExchangeState(loader);
    return loader.status();
  }

  RemoteFacts Facts() { return {hosted_->layer().contrast(), hosted_->layer().stopped()}; }

  void Compute(const Work& work) {
    for (const OwnedTick& tick : work.ticks) {
      const auto statistics = hosted_->Step(tick.tick, tick.phase, tick.below, tick.above,
                                            /*strict=*/!was_late_, executor_);
      HYPNOS_CHECK(statistics.ok());
      said_.emplace(tick.tick.lane, *statistics);
    }
    if (work.finish) hosted_->Finish(executor_);
  }

  std::unique_ptr<HostedLayer> hosted_;
  SerialExecutor executor_;
  // The answer may be taken before the thread that computes it is known here.
  std::mutex mutex_;
  std::thread worker_;
  std::map<Lane, StepStatistics> said_;
  int late_ = 0;
  std::atomic<bool> was_late_ = false;
  std::atomic<bool> dead_ = false;
  std::atomic<bool> wants_seat_ = false;
  int begun_ = 0;
  int64_t steps_ = 0;
};

}  // namespace hypnos
