// What a layer that is computed elsewhere said last, lane by lane, and whether that is its answer
// to the step that is under way. Threads: none of it is safe; LayerSeat holds its lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "proto/cluster.pb.h"

namespace hypnos {

class LayerSaid {
 public:
  using Lane = cluster::FromHost::Said::LaneSaid;

  void SetShape(size_t locations, size_t units) {
    locations_ = locations;
    units_ = units;
  }

  // A step begins that is asked for with this number; 0: it is not sent.
  void Begin(uint64_t number) { step_number_ = number; }
  // `forget`: what was said of its lanes before is no answer.
  void Expect(const cluster::ToHost::Step& step, bool forget);

  // False: it has another shape, or is of lanes that nobody asked for; nothing of it is kept. What
  // is older than what is there, or newer than `newest`, is left out.
  bool Hear(cluster::FromHost& message, uint64_t newest);
  // Whether all that was asked for with that number was said.
  bool SaysAll(uint64_t number) const;
  bool Answers(uint64_t number) const { return said_number_ == number; }
  // Whether what there is, is of the step that is under way.
  bool in_time() const { return step_number_ != 0 && said_number_ == step_number_; }

  // Null: it has never said anything of the lane.
  const Lane* Of(uint64_t lane) const;
  void Forget() { said_.clear(); }

 private:
  bool Fits(const Lane& lane) const;

  size_t locations_ = 0, units_ = 0;
  uint64_t step_number_ = 0;
  uint64_t said_number_ = 0;  // of what is there
  std::map<uint64_t, Lane> said_;
  std::set<uint64_t> lanes_sent_;     // ever
  std::vector<uint64_t> step_lanes_;  // of the step that is under way
};

}  // namespace hypnos
