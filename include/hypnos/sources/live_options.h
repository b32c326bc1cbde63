// What cameras and network streams have in common.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/imaging/child_capture.h"
#include "hypnos/imaging/interruption.h"
#include "hypnos/sources/learning_gate.h"
#include "hypnos/sources/source_health.h"
#include "hypnos/sources/view.h"

namespace hypnos {

struct LiveOptions {
  // Path of hypnos-capture, which reads it in a process of its own.
  std::string program = CaptureProgramBesideThis();
  // Silent for so long, it is lost.
  Duration stall = std::chrono::seconds(10);
  // Whether one that is lost, or not there yet, is tried again, for ever: after a second, then
  // after twice as long each time up to a minute, give or take a fifth. Otherwise it is an error.
  bool reconnect = true;
  // Whether it is kept waiting where its pictures are not read fast enough.
  bool waits = false;
  // Pictures that come faster are passed over and counted; 0: none are.
  double max_frame_rate_hz = 0;
  // Which part of its pictures is seen; the gate judges only that.
  ViewOptions view = {};
  // Which of its pictures are not learned from; nothing: all are.
  std::optional<LearningGateOptions> gate = LearningGateOptions();
  // Ends opening, waiting and reading; null: one of its own.
  std::shared_ptr<Interruption> interruption = nullptr;
  // Told of each change of state, by the thread that reads the source. May be empty.
  std::function<void(const SourceHealth&)> on_change = nullptr;
  // The same, where the gate begins or ends to be shut by more than a duplicate.
  std::function<void(GateVerdict)> on_gate = nullptr;
};

}  // namespace hypnos
