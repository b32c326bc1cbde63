// What is unusual in the sources of one network, told to the book of events; and what somebody has
// decided about it, told to the network's pipeline. Times are told as this machine's: those of the
// source start anew with each clip.
// Threads: an observer of one pipeline; decisions may come from any thread, also after it is gone.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sinks/event_recorder.h"

namespace hypnos {

class NoveltyTeller final : public PipelineObserver {
 public:
  // `recorder`: who is shown what events look like, from the first frame on; may give null, as
  // `events` may be. All must outlive it.
  using Recorder = std::function<EventRecorder*()>;
  NoveltyTeller(
      const Clock& clock, SharedEvents events, Pipeline& pipeline,
      Recorder recorder = [] { return nullptr; });
  ~NoveltyTeller() override;
  NoveltyTeller(const NoveltyTeller&) = delete;
  NoveltyTeller& operator=(const NoveltyTeller&) = delete;

  void OnFrame(const FrameReport& report) override;
  void OnNovelty(const NoveltyNews& news) override;
  void OnStreamEnd(const StreamEnd& end) override;

 private:
  // Wall times in seconds since 1970.
  struct UnderWay {
    uint64_t id = 0;  // in the book
    double begin = 0;
    double peak = 0;
    // The last frame: in the source's time, and when it was seen.
    Duration last{};
    double seen = 0;
  };

  // Where decisions go, for as long as there is somebody to take them.
  struct Link {
    std::mutex mutex;
    Pipeline* pipeline = nullptr;
  };

  // Says when it is known what is usual, and when that has to be learned anew.
  void TellWhetherWarm(const FrameReport& report);
  double now() const { return Seconds(clock_.WallNow().time_since_epoch()); }
  void Record(const NoveltyNews& news, const control::Event& event) const;
  void Begin(const NoveltyNews& news);
  void GoOn(const NoveltyNews& news, UnderWay& known);
  EventBook::Judge JudgeOf(const NoveltyNews& news) const;

  const Clock& clock_;
  const SharedEvents events_;
  const Recorder recorder_;
  const std::shared_ptr<Link> link_ = std::make_shared<Link>();
  std::map<std::string, UnderWay> under_way_;  // by source
  std::map<std::string, bool> warm_;           // the same
};

}  // namespace hypnos
