// Slows down who guesses: after a few failed logins of one peer, the next is looked at only after a
// wait that doubles with every further failure. A login that succeeds is forgiven everything.
//   wait after failure n:  0 for n < kFree,  min(kLongest, 2^(n - kFree) s) from then on
// Threads: thread-compatible. Bounded: of more than kMostPeers, those that failed longest ago are
// forgotten.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>

#include "hypnos/base/clock.h"

namespace hypnos {

class LoginThrottle {
 public:
  static constexpr int kFree = 5;
  static constexpr Duration kLongest = std::chrono::minutes(1);
  // Who has not failed for so long begins anew.
  static constexpr Duration kForgiven = std::chrono::minutes(10);
  static constexpr size_t kMostPeers = 4096;

  // How long until the peer may try again; 0: now.
  Duration Wait(const std::string& peer, Instant now) const {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return Duration::zero();
    return std::max(Duration::zero(), found->second.allowed - now);
  }

  void Failed(const std::string& peer, Instant now) {
    if (peers_.size() >= kMostPeers && !peers_.contains(peer)) ForgetOldest();
    Failures& failures = peers_[peer];
    if (now - failures.last > kForgiven) failures.count = 0;
    ++failures.count;
    failures.last = now;
    failures.allowed = now + PauseAfter(failures.count);
  }

  void Succeeded(const std::string& peer) { peers_.erase(peer); }

  size_t peers() const { return peers_.size(); }

 private:
  struct Failures {
    int count = 0;
    Instant last;
    Instant allowed;
  };

  static Duration PauseAfter(int failures) {
    if (failures < kFree) return Duration::zero();
    const int doublings = std::min(failures - kFree, 6);
    return std::min(kLongest, Duration(std::chrono::seconds(int64_t{1} << doublings)));
  }

  void ForgetOldest() {
    peers_.erase(
        std::ranges::min_element(peers_, {}, [](const auto& entry) { return entry.second.last; }));
  }

  std::map<std::string, Failures> peers_;
};

}  // namespace hypnos
