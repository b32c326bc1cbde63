// What the pipeline tells whoever listens.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "hypnos/diagnostics/guard.h"
#include "hypnos/diagnostics/probe_figures.h"
#include "hypnos/imaging/image.h"
#include "hypnos/network/network.h"
#include "hypnos/novelty/report.h"
#include "hypnos/pipeline/label_score.h"
#include "hypnos/replay/negative.h"
#include "hypnos/replay/real_or_dream.h"
#include "hypnos/schedule/wake_sleep.h"
#include "hypnos/sources/frame.h"

namespace hypnos {

// How far waking or sleeping has come, counted in steps that were learned from.
struct PhasePosition {
  uint64_t step = 0;
  uint64_t length = 0;  // 0: it has no end
};

// One figure for each place of the grid, rows from the top, of a frame as it was seen before
// anything was learned from it; where it is held for several steps, layers have learned from the
// steps before the last one, but for the error, which is of the first one.
struct PlaceFigures {
  size_t rows = 0;
  size_t columns = 0;
  // Mean square, in variances; empty where nothing led up to the frame.
  std::vector<float> prediction_error;
  // Of every layer: the log-odds of "real", see FfLayer; of the frame's last tick.
  std::vector<std::vector<float>> log_odds;
  // Mean |difference| to the frame before, 0..1; empty where motion is not encoded.
  std::vector<float> change;
  // Of a series, which has one place: the row's readings; the row as it was encoded, and how far
  // each of its values is from what was predicted, empty where nothing led up to it.
  std::vector<double> readings;
  std::optional<Duration> when;  // by the clock that wrote the row, since 1970
  std::vector<float> row;
  std::vector<float> row_error;
};

// One input frame. Its prediction error is from before anything was learned from it.
struct FrameReport {
  std::string source;  // the name of its stream
  std::string clip;
  int64_t index = 0;
  Duration presentation_time{};
  std::optional<Instant> captured;
  Discontinuity discontinuity = Discontinuity::kNone;
  bool learn = true;       // the network learns from this frame: neither source nor rule forbids it
  bool kept_back = false;  // by the source's gate, or by sleep: looked at, and no more
  bool asleep = false;     // by sleep
  bool resized = false;    // it was of another size than the first one
  // As it came from its source; empty: it is a text.
  Image image;
  // Of a text: how many symbols this frame has, one for each reader. 0: it is a picture.
  size_t symbols = 0;
  // Of the generator's prediction, over the frame: of a picture the mean square error, in variances
  // of the channel; of symbols bits a symbol. None for a frame that nothing led up to.
  std::optional<double> prediction_error;
  std::vector<StepStatistics> layers;  // of the frame's last tick
  PlaceFigures places;
  // Where novelty is watched for.
  std::optional<NoveltyReport> novelty;
  PhasePosition phase;  // the frame included
  // What it shows, and what the labelled frame before it showed, as far as anybody has said so.
  std::optional<size_t> label;
  std::optional<size_t> label_before;
  // How likely each label was taken to be, before anything was learned from the frame: by the
  // read-out, and by the goodness of the layer that reads labels. Empty: there are no labels, or
  // no layer reads them.
  std::vector<float> label_read_out;
  std::vector<float> label_goodness;
  bool label_learned = false;  // the read-out learned it
};

// How well labels were predicted, of frames whose label was learned afterwards and of others.
struct LabelScores {
  LabelScore learned, held_out;

  // A frame without a label counts nowhere.
  void Count(const FrameReport& report);
  void ExchangeState(StateArchive& archive);
};

// One step of a dream, or of a negative of another kind, from which something was learned.
struct DreamReport {
  NegativeKind kind = NegativeKind::kDream;
  int64_t step = 0;  // from where it left the real lane
  std::vector<StepStatistics> layers;
  PhasePosition phase;  // the step included
};

// A step of the network has gone all its way: what came in was encoded, the layers and the
// read-outs have done their work. A frame that is held takes several, a dream one for each of its
// frames.
struct StepReport {
  bool asleep = false;
  // From the beginning of its encoding; other steps are under way at the same time.
  Duration took{};
};

// A phase begins.
struct PhaseReport {
  bool asleep = false;
  PhaseCause cause = PhaseCause::kStart;
  uint64_t sleeps = 0;  // finished so far
  PhasePosition phase;
  // Per layer: FfLayer::contrast of the last finished cycle.
  std::vector<double> contrast;
};

// An event of a stream: it begins, becomes more unusual, or ends. Before the report of its frame.
struct NoveltyNews {
  enum class What { kBegin, kPeak, kEnd };
  What what = What::kBegin;
  std::string source;
  NoveltyEvent event;
  // Of the map in which its place is.
  size_t rows = 0;
  size_t columns = 0;
};

// A stream has ended, or broke off. Others go on.
struct StreamEnd {
  std::string source;
  // Why it broke off; none where every frame was given, or it was told to stop.
  std::optional<Error> error;
};

// Why the probe set was scored.
enum class ProbeReason {
  kCollected,    // it has just become whole
  kBeforeSleep,  // of a sleep that is not by count
  kAfterSleep,
  kEverySteps,  // so many steps have been learned from
  kAsked,
  kEnd,  // the stream has ended, and something was learned since the last time
};

// The probe set, scored with learning off on a copy of the weights.
struct ProbeReport {
  ProbeReason reason = ProbeReason::kCollected;
  uint64_t learned_steps = 0;  // so far, awake and asleep
  ProbeFigures figures;
  // Per layer: FfLayer::contrast of the last finished cycle, which speaks of present dreams.
  std::vector<double> contrast;
  Duration took{};  // learning waited so long; the first time also while the set was collected
};

// A sleep is over.
struct SleepReport {
  uint64_t number = 0;  // from 1
  PhaseCause began = PhaseCause::kSteps;
  PhaseCause ended = PhaseCause::kSteps;
  uint64_t steps = 0;  // that were learned from
  Duration took{};
  // The last scoring of the probe set before it, and the one after it, where there was one.
  std::optional<ProbeReport> before = std::nullopt;
  std::optional<ProbeReport> after = std::nullopt;
};

// Threads: calls come one after the other, from any thread; keep them short. They never change what
// is learned.
class PipelineObserver {
 public:
  virtual ~PipelineObserver() = default;
  virtual void OnFrame(const FrameReport&) {}
  virtual void OnDream(const DreamReport&) {}
  // After the reports of its frame or dream.
  virtual void OnStep(const StepReport&) {}
  virtual void OnPhase(const PhaseReport&) {}
  virtual void OnProbe(const ProbeReport&) {}
  // After the report that it is awake, and of the probe set.
  virtual void OnSleep(const SleepReport&) {}
  // After each scoring that it judged, after each decision of the guard, and when a state was
  // loaded: the one place where it is told what it has done.
  virtual void OnGuard(const GuardReport&) {}
  virtual void OnNovelty(const NoveltyNews&) {}
  // After the last frame of the stream.
  virtual void OnStreamEnd(const StreamEnd&) {}
};

// Where the time goes; each stage is busy on one thread at a time, its parallel parts not counted
// separately.
struct StageTimes {
  Duration encode{};
  Duration imagine{};
  std::vector<Duration> layers;
  Duration read_out{};
  Duration output{};
};

// Follows about the last fifty values; the first one counts in full.
class RecentMean {
 public:
  void Add(double value) { mean_ = mean_ ? *mean_ + 0.02 * (value - *mean_) : value; }
  // None before the first value.
  std::optional<double> value() const { return mean_; }
  void ExchangeState(StateArchive& archive) { archive.Number("mean", mean_); }

 private:
  std::optional<double> mean_;
};

// What was learned against, of one kind.
struct NegativeTally {
  int64_t steps = 0;
  // Per layer, of steps that had reached it: p(real) of late.
  std::vector<RecentMean> probability;
  void ExchangeState(StateArchive& archive);
};

struct ProbeTally {
  int64_t scored = 0;
  Duration took{};
  // None before the set was whole.
  std::optional<ProbeReport> first, last;
};

struct RunSummary {
  int64_t frames = 0;
  int64_t loaded_frames = 0;  // of them, before the state was saved that was gone on from
  int64_t learned_frames = 0;
  int64_t dream_steps = 0;  // of every kind of negative
  uint64_t sleeps = 0;
  Duration elapsed{};
  StageTimes stages;
  // By NegativeKind.
  std::array<NegativeTally, kNegativeKinds> negatives;
  // Per layer: how well real was told from dream on the frames last seen that were not to be
  // learned from, since something was learned. Without pairs where there were none.
  std::vector<RealOrDream> held_out;
  LabelScores labels;
  ProbeTally probes;
  // Of the streams that there are, those that broke off.
  std::vector<StreamEnd> failures;

  // What was counted, but for times, probes and failures: those are of one run of the program.
  void ExchangeState(StateArchive& archive);
};

}  // namespace hypnos
