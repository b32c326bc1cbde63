// Novelty in one source: from maps of surprise, frame by frame, to a calibrated score and to
// events.
//
//   maps -> z at each place, by its row's history -> highest z of the frame, mean of three frames
//        -> -log10 of its chance, by the frames' history -> events
// Each frame is judged by the frames before it alone, and then joins them; what the network itself
// had learned by then, see PlaceFigures. Memory does not grow.
// Threads: thread-compatible. Deterministic. Allocates for the first frame of a size only.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "hypnos/base/result.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/novelty/options.h"
#include "hypnos/novelty/report.h"

namespace hypnos {

class Novelty {
 public:
  // kInvalidArgument, naming the field, for options out of range.
  static Result<Novelty> Create(const NoveltyOptions& options);
  ~Novelty();
  Novelty(Novelty&&) noexcept;
  Novelty& operator=(Novelty&&) noexcept;

  // `observer` is told of events within the call; may be null. Precondition: the maps are of the
  // size that the frame says.
  NoveltyReport Observe(const NoveltyFrame& frame, NoveltyObserver* observer = nullptr);
  // Of the last frame that was judged, [rows x columns]: how unusual each place was for itself; 0
  // about what is usual, 1 reached by one in ten. Valid until the next call.
  std::span<const float> map() const;

  // Nothing follows that could belong to the event under way, so that it has ended. What is known
  // stays.
  void End(NoveltyObserver* observer);
  // As if the event under way had ended, which it has not: nobody watches for the time being.
  void TellEnd(NoveltyObserver& observer) const;

  // The scene has been watched for as long as it takes to say what is usual there.
  bool warm() const;

  // Events are numbered from 1, or above this where it is higher.
  void NumberAbove(uint64_t number);
  uint64_t last_number() const;

  // What somebody has decided about an event. Dismissed: its like is usual from now on, and no
  // longer begins an event. Confirmed: what it showed is taken out of what was seen, so that its
  // like does not become usual. The last one counts. Of the last kKeptEvents only, the one under
  // way among them; false: it is none of them.
  static constexpr size_t kKeptEvents = 32;
  bool Dismiss(uint64_t event);
  bool Confirm(uint64_t event);

  void ExchangeState(StateArchive& archive);

 private:
  struct State;
  explicit Novelty(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace hypnos
