// What is unusual in the sources of one network, told to the book of events; and what somebody has
// decided about it, told to the network's pipeline.
// Threads: an observer of one pipeline; decisions may come from any thread, also after it is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "daemon/event_book.h"
#include "hypnos/base/clock.h"
#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

class NoveltyTeller final : public PipelineObserver {
 public:
  // `events`: may be null. All must outlive it.
  NoveltyTeller(const Clock& clock, SharedEvents events, Pipeline& pipeline);
  ~NoveltyTeller() override;
  NoveltyTeller(const NoveltyTeller&) = delete;
  NoveltyTeller& operator=(const NoveltyTeller&) = delete;

  void OnNovelty(const NoveltyNews& news) override;

 private:
  // Where decisions go, for as long as there is somebody to take them.
  struct Link {
    std::mutex mutex;
    Pipeline* pipeline = nullptr;
  };

  control::Event Describe(const NoveltyNews& news) const;
  EventBook::Judge JudgeOf(const NoveltyNews& news) const;

  const Clock& clock_;
  const SharedEvents events_;
  const std::shared_ptr<Link> link_ = std::make_shared<Link>();
  std::map<std::string, uint64_t> under_way_;  // by source: its event's number in the book
};

}  // namespace hypnos
