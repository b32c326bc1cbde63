#include "hypnos/sources/learning_gate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace hypnos {
namespace {

constexpr int kLevels = 256;
constexpr int kTolerance = 4;  // levels: what a codec makes of a single colour
// Looking at so many pixels, spread evenly, is enough to say that nearly all are alike.
constexpr size_t kPixels = 40000;
// By how much a stream's clock may be slower or faster than ours: what it gains or loses by that is
// not delay.
constexpr double kClockDrift = 1e-3;

// The share of `pixels` whose level in this channel is close to the median.
class Channel {
 public:
  void Add(uint8_t level) {
    ++histogram_[level];
    ++pixels_;
  }
  int Median() const {
    size_t below = 0;
    for (int level = 0; level < kLevels; ++level) {
      below += histogram_[static_cast<size_t>(level)];
      if (2 * below >= pixels_) return level;
    }
    return kLevels - 1;
  }

 private:
  std::array<size_t, kLevels> histogram_{};
  size_t pixels_ = 0;
};

}  // namespace

const char* ToString(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::kOpen:
      return "open";
    case GateVerdict::kDuplicate:
      return "duplicate";
    case GateVerdict::kFrozen:
      return "frozen";
    case GateVerdict::kPlaceholder:
      return "placeholder";
    case GateVerdict::kStale:
      return "stale";
  }
  return "unknown";
}

void LearningGate::Judge(Frame& frame, Instant now) {
  frame.gate = Verdict(frame, now);
  Count(frame.gate);
  if (frame.gate == GateVerdict::kDuplicate) return;
  if (shut_ && frame.gate == GateVerdict::kOpen) {
    frame.discontinuity = Stronger(frame.discontinuity, Discontinuity::kGap);
  }
  shut_ = frame.gate != GateVerdict::kOpen;
}

GateVerdict LearningGate::Verdict(const Frame& frame, Instant now) {
  // All of them look at every frame, since each remembers the one before.
  const bool stale = IsStale(frame, now);
  const GateVerdict same = CompareWithLast(frame, now);
  if (stale) return GateVerdict::kStale;
  if (IsPlaceholder(frame.image)) return GateVerdict::kPlaceholder;
  return same;
}

GateVerdict LearningGate::CompareWithLast(const Frame& frame, Instant now) {
  if (frame.image != last_) {
    last_ = frame.image;
    changed_ = now;
    return GateVerdict::kOpen;
  }
  return now - changed_ >= options_.frozen ? GateVerdict::kFrozen : GateVerdict::kDuplicate;
}

bool LearningGate::IsPlaceholder(const Image& image) const {
  const auto channels = static_cast<size_t>(image.channels());
  const auto bytes = image.bytes();
  const size_t pixels = bytes.size() / channels;
  // An odd stride does not stay in one column of a picture whose width is even.
  const size_t stride = std::max<size_t>(1, pixels / kPixels) | 1;
  std::array<Channel, 3> seen;
  for (size_t pixel = 0; pixel < pixels; pixel += stride) {
    for (size_t c = 0; c < channels; ++c) seen[c].Add(bytes[pixel * channels + c]);
  }
  std::array<int, 3> colour{};
  for (size_t c = 0; c < channels; ++c) colour[c] = seen[c].Median();
  size_t alike = 0, all = 0;
  for (size_t pixel = 0; pixel < pixels; pixel += stride, ++all) {
    bool close = true;
    for (size_t c = 0; c < channels; ++c) {
      close = close && std::abs(bytes[pixel * channels + c] - colour[c]) <= kTolerance;
    }
    alike += close ? 1 : 0;
  }
  return static_cast<double>(alike) >= options_.placeholder_share * static_cast<double>(all);
}

bool LearningGate::IsStale(const Frame& frame, Instant now) {
  const Duration ahead = now.time_since_epoch() - frame.presentation_time;
  if (!least_ahead_ || frame.discontinuity != Discontinuity::kNone) {
    least_ahead_ = ahead;
  } else {
    const auto drift = std::chrono::duration_cast<Duration>((now - judged_) * kClockDrift);
    least_ahead_ = std::min(ahead, *least_ahead_ + drift);
  }
  judged_ = now;
  return ahead - *least_ahead_ >= options_.stale;
}

void LearningGate::Count(GateVerdict verdict) {
  switch (verdict) {
    case GateVerdict::kOpen:
      return;
    case GateVerdict::kDuplicate:
      ++counts_.duplicate;
      return;
    case GateVerdict::kFrozen:
      ++counts_.frozen;
      return;
    case GateVerdict::kPlaceholder:
      ++counts_.placeholder;
      return;
    case GateVerdict::kStale:
      ++counts_.stale;
      return;
  }
}

}  // namespace hypnos
