// One frame of a source, and how it follows the frame before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/imaging/image.h"
#include "hypnos/sources/series_columns.h"
#include "hypnos/sources/source_place.h"

namespace hypnos {

// Why a frame does not continue the one before it. It resets recurrent state, is counted by
// reason, and no dream may span it.
enum class Discontinuity {
  kNone,
  kStart,      // first frame of the source
  kClip,       // first frame of a playlist's next entry
  kLoop,       // first frame of the next round
  kResize,     // the picture changed its size
  kReconnect,  // a camera or stream that was lost is back
  kGap,        // more than a moment in between was lost, or a frame could not be decoded
  kPause,      // the source was paused before it
  kSwitch,     // learning was switched on or off before it
};

// "start", "clip" and so on; "none".
const char* ToString(Discontinuity discontinuity);

// Which of two reasons a frame that has both is to carry: start before clip, loop, reconnect,
// resize, gap, pause, switch.
Discontinuity Stronger(Discontinuity one, Discontinuity other);

// Whether a frame may be learned from as far as its picture goes; see learning_gate.h.
enum class GateVerdict { kOpen, kDuplicate, kFrozen, kPlaceholder, kStale, kConcealed };

// "open", "duplicate" and so on.
const char* ToString(GateVerdict verdict);

struct Frame {
  // The name of the source, or of the playlist's entry.
  std::string clip;
  // Counts the frames of the clip from 0, dropped ones included; starts anew with each round.
  int64_t index = 0;
  // Since the beginning of the clip; never decreases within it.
  Duration presentation_time{};
  Discontinuity discontinuity = Discontinuity::kNone;
  // Whether the network may learn from it. Changes with a discontinuity only.
  bool learn = true;
  // Other than open: looked at, but neither learned from nor judged, whatever `learn` says. May be
  // different for every frame.
  GateVerdict gate = GateVerdict::kOpen;
  // When it was captured, as far as this machine can tell: once a library had decoded it.
  std::optional<Instant> captured = std::nullopt;
  // Parts of its picture are made up: see VideoCapture::concealed.
  bool concealed = false;
  // What it shows, where somebody has said so: a place in LabelOptions::classes.
  std::optional<size_t> label = std::nullopt;
  Image image;
  // Of a text, instead of an image: the next symbol of each reader.
  std::vector<uint8_t> symbols = {};
  // Of a series, instead of an image: its next row.
  Readings readings = {};
  // Behind it, where the source can go on there, or has found out what it must remember; or null.
  std::shared_ptr<const SourcePlace> place = nullptr;
};

}  // namespace hypnos
