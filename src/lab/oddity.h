// A clip that shows nothing unusual, round after round, into which something unusual is put now and
// then: so that it is known when, and what.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/rng.h"
#include "hypnos/imaging/image.h"
#include "hypnos/sources/source.h"

namespace hypnos::lab {

enum class Oddity {
  kPatch,       // something stands there that did not
  kCrossing,    // the same, crossing the picture
  kBackwards,   // everything moves backwards
  kHurried,     // everything moves three times as fast
  kFrozen,      // nothing moves
  kUpsideDown,  // the picture is upside down
};
inline constexpr std::array kAllOddities = {Oddity::kPatch,     Oddity::kCrossing,
                                            Oddity::kBackwards, Oddity::kHurried,
                                            Oddity::kFrozen,    Oddity::kUpsideDown};

// "patch" and so on.
const char* ToString(Oddity oddity);

struct OddityPlan {
  double warm_up_seconds = 150;  // in which there is none
  double apart_seconds = 30;     // from the beginning of one to that of the next
  double lasts_seconds = 4;
  int times = 3;  // each of them
};

struct OddMoment {
  Oddity oddity = Oddity::kPatch;
  Duration begin{};
  Duration end{};
};

// One after the other, in turns.
std::vector<OddMoment> MomentsOf(const OddityPlan& plan);
Duration LengthOf(const OddityPlan& plan);

// Threads: as Source.
class OddSource final : public Source {
 public:
  // Preconditions: at least two pictures, grey and of one size; the rate is above 0.
  OddSource(std::vector<Image> clip, double frame_rate_hz, const OddityPlan& plan, Rng rng);

  // Times go on over the rounds, each of which begins with a cut.
  Result<FrameOrEnd> Next() override;
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override;
  std::string Describe() const override;

 private:
  const OddMoment* MomentAt(Duration time) const;
  void Paste(Duration time, const OddMoment& moment, Image& image) const;

  const std::vector<Image> clip_;
  const double frame_rate_hz_;
  const std::vector<OddMoment> moments_;
  const Duration length_;
  std::vector<double> heights_;  // of what is pasted at each moment, as a share
  Image patch_;
  int64_t frames_ = 0;
  int64_t place_ = 0;  // in the clip
};

}  // namespace hypnos::lab
