// Negatives: what the layers learn to take for fake.
//
// A negative sequence leaves a real lane at the end of a real context and goes on, frame by frame,
// with what did not come. Kinds differ in what that is:
//   dream     a rollout: what the generator predicts, with a real error added, is fed back to it
//   one-step  the generator's next sample after a real context, held until it has reached the top
//   hybrid    two remembered sequences, mixed by a blurred random mask
//   splice    a jump cut: another remembered sequence takes the place of what really came
//   hurried   what really came, as if it had moved faster: what changes from frame to frame is that
//   of
//             several frames (see VideoEncoder::EncodeHurried)
//   random or predicted label
//             what really came, with a wrong label (see wrong_labels.h); what is real beside it has
//             the right one
// Threads: thread-compatible, each kind by itself; Beginning is safe. Nothing fails.
// Source: Hinton 2022, arXiv 2212.13345, section 3 (dream, hybrid).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "hypnos/base/state_archive.h"
#include "hypnos/replay/residual_memory.h"
#include "hypnos/replay/sequence_memory.h"
#include "hypnos/tensor/matrix.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

enum class NegativeKind : size_t {
  kDream,
  kOneStep,
  kHybrid,
  kSplice,
  kRandomLabel,
  kPredictedLabel,
  kHurried,
};
inline constexpr std::array kAllNegativeKinds = {
    NegativeKind::kDream,  NegativeKind::kOneStep,     NegativeKind::kHybrid,
    NegativeKind::kSplice, NegativeKind::kRandomLabel, NegativeKind::kPredictedLabel,
    NegativeKind::kHurried};
inline constexpr size_t kNegativeKinds = kAllNegativeKinds.size();

// As the configuration calls it.
const char* ToString(NegativeKind kind);

// Whether it is made of remembered sequences (of two at least), and not of what the generator
// predicts. It is ready before the step before has been read out.
constexpr bool IsRecalled(NegativeKind kind) {
  return kind == NegativeKind::kHybrid || kind == NegativeKind::kSplice;
}

// Whether what is wrong about it is its label, and its frames are the real ones.
constexpr bool IsWrongLabel(NegativeKind kind) {
  return kind == NegativeKind::kRandomLabel || kind == NegativeKind::kPredictedLabel;
}

// Frames at once, of a hurried one.
inline constexpr int kMostPace = 3;

// Whether it is made of the frame that really came beside it, by the encoder.
constexpr bool IsEncoded(NegativeKind kind) { return kind == NegativeKind::kHurried; }

constexpr bool HasFramesOfItsOwn(NegativeKind kind) {
  return !IsWrongLabel(kind) && !IsEncoded(kind);
}

// What the next frame may be made of.
struct NegativeSources {
  // Whole sequences only: an unfinished one is not there yet.
  const SequenceMemory& memory;
  // The remembered sequence whose beginning is the context; none beside the live stream.
  std::optional<size_t> context;
  // What the lane that the sequence follows leads to expect, [locations x inputs], and errors of
  // the same time; read by the kinds that are not recalled.
  ConstMatrixView prediction;
  const ResidualMemory& residuals;
};

// One that has frames of its own.
class Negative {
 public:
  virtual ~Negative() = default;

  // The frame of the sequence, no later than `frame`, at which what is then shown left the real
  // lane: that is where the sequence follows the real lane, and from where ages are counted.
  virtual int64_t Beginning(int64_t /*frame*/) const { return 0; }

  // Frame `frame` of a sequence; called for each in turn, from 0. Allocates until the largest
  // sequence was seen.
  virtual void Next(const NegativeSources& sources, int64_t frame, Planes& out) = 0;

  // All that the next frame depends on.
  virtual void ExchangeState(StateArchive& archive) = 0;
};

}  // namespace hypnos
