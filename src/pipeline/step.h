// What travels through the flow graph: one step of the network, of one lane or of both.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "hypnos/network/network.h"
#include "hypnos/sources/frame.h"

namespace hypnos {

// Where a dream's next input comes from.
struct DreamInput {
  enum class From {
    kContext,    // the remembered sequence the dream begins with
    kRealLane,   // what is predicted to follow the real stream
    kDreamLane,  // what is predicted to follow the dream
    kHeld,       // the same as a step ago
  };
  From from = From::kContext;
  bool begins = false;       // draws a new sequence first
  size_t context_frame = 0;  // kContext: which of its frames

  // Whether the input must wait for the read-out of the step before.
  bool follows_prediction() const { return from == From::kRealLane || from == From::kDreamLane; }
};

struct Step {
  int64_t number = 0;

  bool has_real = false;
  Tick real;
  bool first_of_frame = false;
  bool last_of_frame = false;
  bool learn = false;  // the source lets the network learn from this frame
  Frame frame;         // first_of_frame: encoded here; moved on to the report
  bool resized = false;

  bool has_dream = false;
  Tick dream;
  DreamInput dream_input;
  int64_t dream_step = 0;

  bool learns() const {
    return (has_real && real.phase != Phase::kLook) || (has_dream && dream.phase != Phase::kLook);
  }

  // Counted down by the layers; whoever finishes last hands the step to the read-out.
  std::atomic<size_t> layers_left = 0;
};

}  // namespace hypnos
