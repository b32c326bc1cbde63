// All that is known of the networks at one moment: what metrics and the history are made of.
#pragma once

#include <string>
#include <vector>

#include "daemon/learners.h"
#include "daemon/status.h"
#include "proto/control.pb.h"

namespace hypnos {

struct MeasuredNetwork {
  // Of its only source, where each has a network of its own; empty: it is the only one.
  std::string source = {};
  control::StatusResponse status = {};
  StatusSnapshot snapshot = {};
};

// Of every network that there is at the moment. `separate`: each source has its own.
std::vector<MeasuredNetwork> Measure(const Learners& learners, bool separate);

}  // namespace hypnos
