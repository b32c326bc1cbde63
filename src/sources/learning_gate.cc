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
// So many equal pictures are more than frames sent twice.
constexpr int64_t kFrozenPictures = 3;
// A delay that lasts longer is none.
constexpr Duration kLongestDelay = std::chrono::minutes(1);

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
    case GateVerdict::kConcealed:
      return "concealed";
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
  const GateVerdict same = CompareWithLast(frame);
  if (stale) return GateVerdict::kStale;
  if (frame.concealed) return GateVerdict::kConcealed;
  if (IsPlaceholder(frame.image)) return GateVerdict::kPlaceholder;
  return same;
}

GateVerdict LearningGate::CompareWithLast(const Frame& frame) {
  if (frame.image != last_) {
    last_ = frame.image;
    changed_ = frame.presentation_time;
    same_ = 0;
    return GateVerdict::kOpen;
  }
  const bool frozen =
      ++same_ >= kFrozenPictures && frame.presentation_time - changed_ >= options_.frozen;
  return frozen ? GateVerdict::kFrozen : GateVerdict::kDuplicate;
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
  const bool connected = frame.discontinuity == Discontinuity::kStart ||
                         frame.discontinuity == Discontinuity::kReconnect;
  const Duration ahead = now.time_since_epoch() - frame.presentation_time;
  if (!least_ahead_ || connected) {
    least_ahead_ = ahead;
    times_say_nothing_ = false;
  }
  least_ahead_ = std::min(ahead, *least_ahead_);
  if (times_say_nothing_ || ahead - *least_ahead_ < options_.stale) {
    late_since_.reset();
    return false;
  }
  if (!late_since_) late_since_ = now;
  times_say_nothing_ = now - *late_since_ > kLongestDelay;
  return !times_say_nothing_;
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
    case GateVerdict::kConcealed:
      ++counts_.concealed;
      return;
  }
}

}  // namespace hypnos
