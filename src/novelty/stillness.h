// Whether a picture stands still: less changes in it than ever did, its noise included.
//   s     = the largest mean change of all places within the last one to two seconds
//   x     = -log2 s, at most kNothing
//   score = -log10 P(x' >= x), by its own history, see FrameHistory
// The largest and not the mean, so that frames that are sent twice, or whose changes an encoder
// saves up for the next one, are no stillness. Where a picture often stands still, that is usual.
// Threads: thread-compatible. Nothing fails or allocates once made.
#pragma once

#include <optional>
#include <span>

#include "hypnos/base/state_archive.h"
#include "novelty/frame_history.h"

namespace hypnos {

class Stillness {
 public:
  // `change`: 0 and above, 1 the largest there is; not empty. `passed`: seconds since the frame
  // before. FrameHistory::kNothing where it was not watched for a second yet.
  double Judge(std::span<const float> change, double passed);
  // What was just judged; see FrameHistory.
  void Learn(double memory, double weight);
  // What comes next does not follow what came before.
  void Cut();

  void ExchangeState(StateArchive& archive);

 private:
  // In halvings of the largest change: nothing at all. One grey level at one pixel of a large
  // picture is 28.
  static constexpr double kNothing = 32;

  FrameHistory history_;
  // The largest change of the second under way, and of the one before.
  double largest_ = 0;
  double seconds_ = 0;
  std::optional<double> before_;
  std::optional<double> x_;
};

}  // namespace hypnos
