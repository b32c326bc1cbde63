// What a daemon says of itself again and again: as JSON, for people, for other daemons and for Home
// Assistant. Keys are never renamed; new ones may come.
//   {"daemon_version":"0.1.0","frames":812,"frames_per_second":9.8,"host":"pi","instance":"...",
//    "interval_seconds":10.0,"layers":[...],"name":"porch","phase":"awake","problems":[],
//    "sources":[...],"time":"2026-01-31T12:00:00.250Z","uptime_seconds":83.1,"version":1}
// "hosts", "model" and "spread" only where there is something to be said of them.
// Pure functions. Threads: safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"

namespace hypnos {

struct SourceBeat {
  std::string name;
  // "watched", "lost", "paused": as the protocol names it.
  std::string state = {};
  // Why it is lost or has stalled, in a sentence.
  std::string why = {};
  bool unusual = false;  // something is, just now
  uint64_t frames = 0;
  uint64_t dropped = 0;
  std::optional<double> latency_seconds = std::nullopt;
  std::optional<double> prediction_error = std::nullopt;
};

struct LayerBeat {
  // Whose network it is of; empty: of the only one.
  std::string source = {};
  uint32_t layer = 1;  // from 1
  std::string learning = {};
  std::optional<double> goodness_real = std::nullopt;
  std::optional<double> goodness_dream = std::nullopt;
};

// A layer of its network that another daemon computes.
struct SpreadBeat {
  std::string network = {};
  uint32_t layer = 1;
  // Who does, or did last; empty: nobody has yet.
  std::string host = {};
  bool placed = false;
  // Steps, and those at which something older than their own answer stood in.
  uint64_t steps = 0, late_steps = 0;
};

// A layer of another daemon's network that it computes, or offers to.
struct HostBeat {
  std::string network = {};
  uint32_t layer = 1;
  bool placed = false;  // it was given the layer
  uint64_t steps = 0;
};

// Of the model that it learns together with others.
struct ModelBeat {
  std::string model = {};
  // Of the newest mean that was taken over, or was refused: the round, whose weights it is of, and
  // its SHA-256. 0: there was none.
  uint64_t round = 0;
  std::vector<std::string> replicas = {};
  std::string digest = {};
  // Why it takes no part, in a sentence; empty: it does.
  std::string why = {};
};

struct Heartbeat {
  std::string name;
  std::string host = {};
  // Another one for each start: two daemons of one name can be told apart.
  std::string instance = {};
  std::string daemon_version = {};
  std::string time = {};  // ISO 8601
  double interval_seconds = 10;
  double uptime_seconds = 0;
  std::string phase = {};
  bool ending = false;  // the last one
  uint64_t frames = 0;
  double frames_per_second = 0;
  std::vector<std::string> problems = {};  // a sentence each
  std::vector<SourceBeat> sources = {};
  std::vector<LayerBeat> layers = {};
  std::vector<SpreadBeat> spread = {};
  std::vector<HostBeat> hosts = {};
  std::optional<ModelBeat> model = {};
};

std::string JsonOf(const Heartbeat& heartbeat);

// As Subjects::Source tells of one: the object that stands in `sources`.
std::string JsonOf(const SourceBeat& source);

// What is kept of a heartbeat, be it as long as it may.
struct HeardHeartbeat {
  static constexpr size_t kMostListed = 100;

  // Of each list the first kMostListed.
  Heartbeat heartbeat;
  // Of all that it told of. Lost are sources that have stalled or broke off, too.
  uint64_t sources = 0, sources_lost = 0;
  uint64_t layers = 0, layers_elsewhere = 0, layers_hosted = 0;
  uint32_t replicas = 0;
  // The largest of its sources; of its layers elsewhere, of 1.
  std::optional<double> latency_seconds = std::nullopt, late_share = std::nullopt;
};
HeardHeartbeat HeardOf(Heartbeat heartbeat);

// Of somebody else, who may write anything. kInvalidArgument, reason NOT_A_HEARTBEAT: longer than
// 256 kB, no JSON, of another version, or without what a daemon says; a sentence says which.
// Numbers that cannot be are read as 0, or as not known; texts that are too long are cut.
Result<HeardHeartbeat> ParseHeartbeat(std::string_view json);

}  // namespace hypnos
