// Pictures, activity and dreams for those who follow them: made when somebody wants them, once for
// all, on a worker's thread. While nobody asks, nothing is done.
// Threads: safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "daemon/status.h"
#include "daemon/worker.h"
#include "hypnos/base/clock.h"
#include "hypnos/control/service.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

class LiveViews {
 public:
  // Each look takes a moment from whoever learns: so often at most, and of so many sources at once;
  // of more, in turns.
  static constexpr Duration kPeriod = std::chrono::milliseconds(100);
  static constexpr size_t kMostSources = 4;
  // A dream is followed step by step, one in so much time, and for no longer than that.
  static constexpr Duration kDreamPeriod = std::chrono::seconds(1);
  static constexpr size_t kMostDreamedFrames = 64;

  // What `colour` is for the encoder. All must outlive this object; it must outlive the worker's
  // jobs.
  LiveViews(const Clock& clock, Pipeline& pipeline, const StatusBoard& board, Worker& worker,
            VideoEncoderOptions::Colour colour)
      : clock_(clock), pipeline_(pipeline), board_(board), worker_(worker), colour_(colour) {}

  // As last made, of PICTURES, UNITS and DREAMS those that are among the topics. Has them made anew
  // where that is long enough ago. Never waits.
  void AddTo(const TopicSet& topics, control::Update* update);

 private:
  struct Turn {
    Instant asked;
    bool ever = false;
    bool under_way = false;
  };

  // Where it is time for it and the worker has room, has it done.
  void Ask(Turn& turn, Duration period, void (LiveViews::*make)());
  void Done(Turn& turn);
  // For the worker.
  void Make();
  Status LookAround(bool pictures);
  void LookAtOthers(const std::string& first);
  void Keep(const Look& look);
  void ForgetGone(const StatusSnapshot& status);
  void FollowDream();
  // False: there is no more of it.
  bool FollowStep(control::Dream* dream, int64_t* began);

  const Clock& clock_;
  Pipeline& pipeline_;
  const StatusBoard& board_;
  Worker& worker_;
  const VideoEncoderOptions::Colour colour_;
  std::mutex mutex_;
  TopicSet wanted_;
  Turn turn_, dream_turn_;
  std::map<std::string, control::View> views_;  // by source
  std::vector<control::LayerUnits> units_;
  std::optional<control::Dream> dream_;
  // The worker's own.
  std::string last_source_;  // whose turn was last
  uint64_t dreams_ = 0;
};

}  // namespace hypnos
