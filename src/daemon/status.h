// What the daemon is doing now, gathered from the pipeline's reports.
// Threads: safe; reports come from the pipeline, snapshots are taken by whoever shows them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/event_book.h"
#include "daemon/frame_rate.h"
#include "daemon/latency.h"
#include "hypnos/base/clock.h"
#include "hypnos/network/settling.h"
#include "hypnos/pipeline/report.h"
#include "hypnos/telemetry/duration_histogram.h"

namespace hypnos {

// Running means over about the last fifty steps of each kind. Goodness is a unit's share.
struct LayerStatus {
  double real_goodness = 0;
  double dream_goodness = 0;
  double real_probability = 0;
  double dream_probability = 0;
  double contrast = 1;
  bool stopped = false;  // its weights overflowed: it learns no more
  // LayerProbe::pairwise_accuracy of the last probe; none before there was one.
  std::optional<double> told_probe;

  // Real and dream give equal and opposite updates. They also do to a layer that takes both for the
  // same, so that this alone says nothing of what was learned.
  bool balanced() const { return contrast < kCancels; }
  // Judged by the probe set, whose negatives stay as they are. Without it by what is dreamed now,
  // which a network that dreams well can no longer tell from real.
  bool tells_apart() const {
    return told_probe ? *told_probe >= kTellsApart : real_probability - dream_probability >= 0.1;
  }
};

// One source of frames, as far as it was watched.
struct SourceStatus {
  std::string clip;
  int64_t frame = 0;  // of the clip
  int64_t frames = 0;
  int64_t seen_asleep = 0;                 // of these
  std::optional<double> prediction_error;  // running mean; none before there was one
  // By clip; of which ones, the snapshot says. The first frames of a clip, and after any other cut,
  // are left out.
  std::map<std::string, Settling> settling;
  int frames_since_cut = 0;
  std::string why;  // it broke off
  Latency latency;
  DurationHistogram latencies;  // the same, of all
};

struct StatusSnapshot {
  // What was shown last, of whichever source.
  std::string source;
  std::string clip;
  int64_t frame = 0;  // of the clip
  int64_t frames = 0;
  int64_t dream_steps = 0;
  // When a frame or a dreamed step came to its end, or a phase began; before that, when it began.
  Instant last_progress;
  uint64_t sleeps = 0;
  bool asleep = false;
  PhaseCause cause = PhaseCause::kStart;  // of the present phase
  std::optional<SleepReport> last_sleep;
  bool learning = true;  // from the last frame
  PhasePosition phase;
  bool has_dreamed = false;
  double frames_per_second = 0;                    // over the last ten seconds, dreams included
  std::optional<double> prediction_error;          // running mean; none before there was one
  bool in_bits = false;                            // the prediction error: bits a symbol
  std::map<std::string, int64_t> discontinuities;  // by reason
  std::vector<LayerStatus> layers;
  // Of the last frame; see FrameReport.
  std::optional<size_t> label;
  std::vector<float> label_read_out;
  std::vector<float> label_goodness;
  LabelScores labels;
  // By name: those that have shown a frame, or broken off.
  std::map<std::string, SourceStatus> sources;
  // None before the probe set was whole.
  std::optional<ProbeReport> probe;
  uint64_t probes = 0;
  Duration probes_took{};
  GuardStatus guard;
  // How long steps took.
  DurationHistogram awake_steps, asleep_steps;
};

class StatusBoard final : public PipelineObserver {
 public:
  // `events`: may be null. `network`: the source whose network it is; empty: of all.
  explicit StatusBoard(const Clock& clock, SharedEvents events = nullptr, std::string network = "");

  void OnFrame(const FrameReport& report) override;
  void OnDream(const DreamReport& report) override;
  void OnStep(const StepReport& report) override;
  void OnPhase(const PhaseReport& report) override;
  void OnProbe(const ProbeReport& report) override;
  void OnSleep(const SleepReport& report) override;
  void OnGuard(const GuardReport& report) override;
  void OnStreamEnd(const StreamEnd& end) override;

  // The source is no longer there.
  void Forget(const std::string& source);

  // How far states settled only of the clip that each source shows: a playlist may have any number,
  // and whoever looks each second must not make learning wait for a copy of them all.
  StatusSnapshot Snapshot() const;
  // Of all clips.
  StatusSnapshot WholeSnapshot() const;

 private:
  StatusSnapshot Copy() const;
  // Returns those that learn no more from now on, from 1.
  std::vector<size_t> Notice(const std::vector<StepStatistics>& layers, bool dream);
  // Whether it is to be told: once for each clip, however often its size changes.
  bool NoticeResized(const FrameReport& report);
  // Both without the lock: who reads the log may be slow.
  void TellStopped(const std::vector<size_t>& layers) const;
  static void TellResized(const FrameReport& report);
  void NoticeFrame(const FrameReport& report);
  void NoticeLearning(const FrameReport& report);
  void NoticeSource(const FrameReport& report);

  const Clock& clock_;
  const SharedEvents events_;
  const std::string network_;
  mutable std::mutex mutex_;
  StatusSnapshot now_;  // without settling
  // By source and clip.
  std::map<std::string, std::map<std::string, Settling>> settling_;
  FrameRate rate_;
  std::set<std::pair<std::string, std::string>> resized_;  // source and clip of which it was said
};

}  // namespace hypnos
