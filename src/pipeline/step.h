// What travels through the flow graph: one step of the network, of one lane or of both.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "hypnos/network/network.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/replay/negative.h"
#include "hypnos/sources/frame.h"

namespace hypnos {

struct Stream;

// A frame of the memory.
struct ReplayedFrame {
  size_t sequence = 0;
  size_t frame = 0;
};

// A frame of a negative sequence.
struct NegativeFrame {
  NegativeKind kind = NegativeKind::kDream;
  int64_t frame = 0;
  std::optional<size_t> context;  // the sequence that was recalled before it
  int pace = 1;                   // of a hurried one: so many frames at once
};

// In the order in which it is understood; there are a few of them.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct Step {
  int64_t number = 0;
  Instant begun;

  // A frame may be held for several steps: only the first one brings new input.
  bool first_of_frame = false;
  bool last_of_frame = false;

  // Awake: whose frame it is.
  Stream* stream = nullptr;

  // Real data: on lane kReal `frame`, on lane kReplay `replayed`.
  bool has_real = false;
  Tick real;
  bool learn = false;  // the source lets the network learn from this frame
  // It may be part of a remembered sequence.
  bool remember = false;
  std::optional<size_t> recalled;  // the sequence that is being recalled meanwhile
  // Its gate does not: it is looked at, and neither learned from nor judged nor remembered.
  bool kept_back = false;
  bool seen_asleep = false;  // beside dreams, which is another reason
  // What the frame shows, as far as anybody has said so; of all steps for which it is held.
  std::optional<size_t> label;
  Frame frame;  // moved on to the report
  bool resized = false;
  PlaceFigures places;  // of the real frame
  ReplayedFrame replayed;

  // A dream, or a negative of another kind. A dream's input is what the lane that it follows led to
  // expect.
  bool has_dream = false;
  NegativeFrame negative;
  Tick dream;
  Lane dream_follows = Lane::kDream;
  int64_t dream_step = 0;

  // Beside a negative with a wrong label, and beside the stream, which has none: what is real, with
  // the right one. Asleep that is the replayed lane itself.
  bool has_labelled = false;
  Tick labelled;

  // Real and dream are compared, and learned from they are not; from here on anew.
  bool judged = false;
  bool judged_anew = false;

  // How likely each label was taken to be; see FrameReport.
  std::vector<float> label_goodness, label_read_out;

  bool asleep = false;
  PhasePosition phase;  // this step included
  bool live() const { return has_real && !asleep; }
  // Where its negative is made: with what was remembered, or from what the read-out of the step
  // before predicts; or from what is real in this step.
  bool recalls_negative() const { return has_dream && IsRecalled(negative.kind); }
  bool mislabels_negative() const { return has_dream && IsWrongLabel(negative.kind); }
  bool hurries_negative() const { return has_dream && IsEncoded(negative.kind); }
  bool imagines_negative() const {
    return has_dream && HasFramesOfItsOwn(negative.kind) && !IsRecalled(negative.kind);
  }
  // Whether it is made of a guess of the label.
  bool guesses_label() const {
    return has_dream && negative.kind == NegativeKind::kPredictedLabel && negative.frame == 0;
  }
  // Whether an input must wait for the read-out of the step before.
  bool follows_prediction() const {
    return (imagines_negative() || guesses_label()) && first_of_frame;
  }
  bool learns() const {
    return (has_real && real.phase != Phase::kLook) || (has_dream && dream.phase != Phase::kLook);
  }

  // Counted down by the layers; whoever finishes last hands the step to the read-out.
  std::atomic<size_t> layers_left = 0;
};

}  // namespace hypnos
