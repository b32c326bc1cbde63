#include "hypnos/cluster/fleet.h"

#include <utility>

namespace hypnos {
namespace {

// Of the time that it means to take.
constexpr double kPatience = 3;

size_t BytesOf(const std::string& text) { return sizeof(std::string) + text.size(); }
size_t BytesOf(const SourceBeat& source) {
  return sizeof(source) + source.name.size() + source.state.size() + source.why.size();
}
size_t BytesOf(const LayerBeat& layer) {
  return sizeof(layer) + layer.source.size() + layer.learning.size();
}
size_t BytesOf(const SpreadBeat& layer) {
  return sizeof(layer) + layer.network.size() + layer.host.size();
}
size_t BytesOf(const HostBeat& layer) { return sizeof(layer) + layer.network.size(); }

template <class Item>
size_t BytesOf(const std::vector<Item>& list) {
  size_t bytes = 0;
  for (const Item& item : list) bytes += BytesOf(item);
  return bytes;
}

// Of its lists, which are all that may be long.
size_t BytesOf(const Heartbeat& heartbeat) {
  return BytesOf(heartbeat.problems) + BytesOf(heartbeat.sources) + BytesOf(heartbeat.layers) +
         BytesOf(heartbeat.spread) + BytesOf(heartbeat.hosts) +
         (heartbeat.model ? BytesOf(heartbeat.model->replicas) : 0);
}

template <class List>
void Keep(List& list, size_t most) {
  if (list.size() > most) list.resize(most);
  list.shrink_to_fit();
}

void ListNothing(Heartbeat& heartbeat) {
  Keep(heartbeat.problems, 1);
  Keep(heartbeat.sources, 0);
  Keep(heartbeat.layers, 0);
  Keep(heartbeat.spread, 0);
  Keep(heartbeat.hosts, 0);
  if (heartbeat.model) Keep(heartbeat.model->replicas, 0);
}

}  // namespace

void Fleet::Forget(Instant now) {
  std::erase_if(known_, [&](const auto& entry) {
    const bool forgotten = now - entry.second.at > kForgottenAfter;
    if (forgotten) bytes_ -= entry.second.bytes;
    return forgotten;
  });
}

void Fleet::Take(HeardHeartbeat heard) {
  const Instant now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const std::string name = heard.heartbeat.name;
  if (!known_.contains(name)) {
    Forget(now);
    if (known_.size() == kMost) return;
  }
  Known& known = known_[name];
  bytes_ -= std::exchange(known.bytes, 0);
  size_t bytes = BytesOf(heard.heartbeat);
  if (bytes_ + bytes > kMostBytes) {
    ListNothing(heard.heartbeat);
    bytes = 0;
  }
  bytes_ += bytes;
  known = {
      .heard = std::make_shared<const HeardHeartbeat>(std::move(heard)), .at = now, .bytes = bytes};
}

std::vector<Member> Fleet::Members() const {
  const Instant now = clock_.Now();
  std::vector<Member> members;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, known] : known_) {
    const Duration silent = now - known.at;
    if (silent > kForgottenAfter) continue;
    const Heartbeat& heartbeat = known.heard->heartbeat;
    const bool late = Seconds(silent) > kPatience * heartbeat.interval_seconds;
    members.push_back({.heard = known.heard, .silent = silent, .gone = heartbeat.ending || late});
  }
  return members;
}

}  // namespace hypnos
