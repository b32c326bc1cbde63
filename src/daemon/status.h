// What the daemon is doing now, gathered from the pipeline's reports.
// Threads: safe; reports come from the pipeline, snapshots are taken by whoever shows them.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/frame_rate.h"
#include "hypnos/base/clock.h"
#include "hypnos/pipeline/report.h"

namespace hypnos {

// Running means over about the last fifty steps of each kind. Goodness is a unit's share.
struct LayerStatus {
  double real_goodness = 0;
  double dream_goodness = 0;
  double real_probability = 0;
  double dream_probability = 0;
  double contrast = 1;
  bool stopped = false;  // its weights overflowed: it learns no more

  // Real and dream give equal and opposite updates. They also do to a layer that takes both for the
  // same, so that this alone says nothing of what was learned.
  bool balanced() const { return contrast < 0.001; }
  bool tells_apart() const { return real_probability - dream_probability >= 0.1; }
};

struct StatusSnapshot {
  std::string clip;
  int64_t frame = 0;  // of the clip
  int64_t frames = 0;
  int64_t dream_steps = 0;
  uint64_t sleeps = 0;
  bool asleep = false;
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
};

class StatusBoard final : public PipelineObserver {
 public:
  explicit StatusBoard(const Clock& clock);

  void OnFrame(const FrameReport& report) override;
  void OnDream(const DreamReport& report) override;
  void OnPhase(const PhaseReport& report) override;

  StatusSnapshot Snapshot() const;

 private:
  void Notice(const std::vector<StepStatistics>& layers, bool dream);
  void NoticeResized(const FrameReport& report);

  const Clock& clock_;
  mutable std::mutex mutex_;
  StatusSnapshot now_;
  FrameRate rate_;
  std::set<std::string> resized_;  // the clips of which it was said
};

}  // namespace hypnos
