// What answers for a network asks and changes.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "daemon/checkpoint_keeper.h"
#include "daemon/event_book.h"
#include "daemon/spread.h"
#include "daemon/status.h"
#include "daemon/watched_sources.h"
#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/pipeline/pipeline.h"
#include "proto/config.pb.h"
#include "proto/telemetry.pb.h"

namespace hypnos {

class Herald;
class HistoryKeeper;

// All must outlive whoever has them.
struct ServiceParts {
  const Clock& clock;
  Pipeline& pipeline;
  const StatusBoard& board;
  WatchedSources& sources;
  // As TERM.
  std::function<void()> stop;
  std::function<bool()> stopping;
  // How many are connected.
  std::function<size_t()> clients;
  // Of all networks; null: nothing is remembered.
  std::function<HistoryKeeper*()> history = []() -> HistoryKeeper* { return nullptr; };
  // Null: nothing is published.
  std::function<const Herald*()> herald = []() -> const Herald* { return nullptr; };
  // Layers that other daemons compute.
  std::function<std::vector<MeasuredSpread::Seat>()> elsewhere = [] {
    return std::vector<MeasuredSpread::Seat>();
  };
  // What is recorded; empty, or nothing: nothing is.
  std::function<std::optional<telemetry::SessionLog>()> session_log = {};
  // What is learned from is a recording: nobody may change anything.
  bool replaying = false;
  // Reads the configuration again, as at the start; empty: it cannot be.
  std::function<Result<config::Config>()> read_config;
  // Null: none are kept.
  CheckpointKeeper* checkpoints = nullptr;
  // Puts what can be changed while it runs into effect.
  std::function<void(const config::Config&)> apply;
  // Null: nothing is remembered.
  SharedEvents events = nullptr;
};

}  // namespace hypnos
