// Which of the oddities that were put into a clip an event told of, how long after they began, and
// how often something was told where nothing was.
// Threads: an observer of one pipeline.
#pragma once

#include <optional>
#include <vector>

#include "hypnos/pipeline/report.h"
#include "lab/oddity.h"

namespace hypnos::lab {

class OddityTally final : public PipelineObserver {
 public:
  explicit OddityTally(const OddityPlan& plan);

  void OnFrame(const FrameReport& report) override;
  void OnNovelty(const NoveltyNews& news) override;

  struct Of {
    int times = 0;
    int found = 0;
    double delay_seconds = 0;  // mean, of those that were found
    double score = 0;          // mean of the highest while it lasted
  };
  Of Sum(Oddity oddity) const;
  // Of the time in which there was no oddity, nor one shortly before.
  double false_alarms_per_hour() const;

 private:
  struct Seen {
    OddMoment moment;
    double score = 0;
    std::optional<double> delay_seconds = std::nullopt;
  };

  std::vector<Seen> moments_;
  double plain_seconds_;
  int false_alarms_ = 0;
};

}  // namespace hypnos::lab
