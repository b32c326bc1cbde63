// What replicas of one model agree on, in one value of a store, which is changed only by whoever
// knows its newest revision: so everything that happens to it happens in one order, for everybody.
//   {"configuration":{"learning.rate":"0.002",...},"offers":{"yard":{"bytes":524288,
//    "key":"m.offer.yard.0","sha256":"...","steps":812,"values":2}},"round":4,"mean":{"by":"porch",
//    "left_out":{"barn":"..."},"names":["porch","yard"],"blob":{...}},"version":1}
// Pure functions. Threads: safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/cluster/blob.h"

namespace hypnos {

// The weights of a replica, for the round that is open.
struct ReplicaOffer {
  Blob blob;
  uint64_t steps = 0;  // learned, when they were taken
};

// Of a round that is closed.
struct ReplicaMean {
  Blob blob = {};
  // Of whose weights it is, in the order in which they were added.
  std::vector<std::string> names = {};
  // Who was expected, or has offered something, and is not in it: why, in a sentence.
  std::map<std::string, std::string> left_out = {};
  std::string by = {};  // who computed it
};

struct Ledger {
  static constexpr int kVersion = 1;
  static constexpr size_t kMostReplicas = 100;

  // What the weights are of: they add up only where all of it is the same.
  std::map<std::string, std::string> configuration;
  // The newest one that is closed; 0: none is. The next one is open.
  uint64_t round = 0;
  // Of that round.
  std::optional<ReplicaMean> mean;
  // Of the round that is open, by name.
  std::map<std::string, ReplicaOffer> offers;
};

std::string JsonOf(const Ledger& ledger);

// Anybody may write anything there. kInvalidArgument: reason LEDGER_VERSION where it is of another
// version, NOT_A_LEDGER where it is none. A sentence says why.
Result<Ledger> ParseLedger(std::string_view json);

// Where they differ first, as a sentence; empty: nowhere. `here`, `there`: see
// Ledger::configuration.
std::string DifferenceOf(const std::map<std::string, std::string>& here,
                         const std::map<std::string, std::string>& there);

}  // namespace hypnos
