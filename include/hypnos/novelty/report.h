// What goes into novelty frame by frame, and what comes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "hypnos/base/clock.h"

namespace hypnos {

// How little each place was expected, by one figure, in any unit; more is less expected. Values
// that are not finite count as 0.
struct SurpriseMap {
  std::span<const float> values;
  // How many frames ago the moment is that it speaks of.
  size_t lag = 0;
};

// Of one source. Maps are [rows x columns], rows from the top.
struct NoveltyFrame {
  size_t rows = 0;
  size_t columns = 0;
  // Each is judged by its own history. The first one speaks of this frame. Empty: nothing can be
  // said of it.
  std::span<const SurpriseMap> surprises = {};
  // How much changed there, 0 and above, in any unit: where nothing moves there is nothing to be
  // surprised at. Empty: every place counts alike.
  std::span<const float> change = {};
  // In the source's own time. A jump forward counts for ten seconds at most, one backwards for
  // none.
  Duration time{};
  // It does not follow the frame before.
  bool cut = false;
  // False: it is looked at, and what is usual stays as it is.
  bool learn = true;
};

struct Place {
  size_t row = 0;
  size_t column = 0;
  bool operator==(const Place&) const = default;
};

enum class NoveltyKind {
  kUnusual,
  kSceneChanged,  // most of the picture at once
  kStandsStill,   // nothing of it any more
};

// An event under way, or ended.
struct NoveltyEvent {
  uint64_t number = 0;  // see Novelty::NumberAbove
  NoveltyKind kind = NoveltyKind::kUnusual;
  Duration begin{};
  Duration peak_time{};
  Duration end{};
  Duration last{};   // of the last frame that was seen of it
  double peak = 0;   // the highest score
  Place place = {};  // of the peak
};

struct NoveltyReport {
  // -log10 of the chance of a frame so unusual, by all that was seen before. 0.3 for a frame of
  // which nothing can be said.
  double score = 0;
  Place place = {};  // that gave it
  // Share of all places that changed at once more than is usual anywhere.
  double changed_share = 0;
  // -log10 of the chance that so little changes in the whole picture for a second; 0 where changes
  // are not known.
  double stillness = 0;
  bool warm = false;  // past the warm-up
};

// Where events go. Threads: called by whoever observes a frame; keep it short.
class NoveltyObserver {
 public:
  virtual ~NoveltyObserver() = default;
  // Told once an event has lasted long enough.
  virtual void OnBegin(const NoveltyEvent&) {}
  // It has become more unusual than it was.
  virtual void OnPeak(const NoveltyEvent&) {}
  // A scene that has changed, or stands still, ends as it begins.
  virtual void OnEnd(const NoveltyEvent&) {}
};

}  // namespace hypnos
