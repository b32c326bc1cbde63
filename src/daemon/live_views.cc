#include "daemon/live_views.h"

#include <utility>

#include "daemon/layer_answers.h"
#include "daemon/take_look.h"
#include "daemon/view.h"
#include "hypnos/base/guarded.h"

namespace hypnos {

void LiveViews::AddTo(const TopicSet& topics, control::Update* update) {
  const std::lock_guard lock(mutex_);
  for (const auto topic : {control::PICTURES, control::UNITS}) {
    if (topics.Has(topic)) wanted_.Add(topic);
  }
  if (wanted_ != TopicSet()) Ask(turn_, kPeriod, &LiveViews::Make);
  if (topics.Has(control::DREAMS)) Ask(dream_turn_, kDreamPeriod, &LiveViews::FollowDream);
  if (topics.Has(control::PICTURES)) {
    for (const auto& [source, view] : views_) *update->add_views() = view;
  }
  if (topics.Has(control::UNITS)) update->mutable_units()->Add(units_.begin(), units_.end());
  if (topics.Has(control::DREAMS) && dream_) *update->mutable_dream() = *dream_;
}

void LiveViews::Ask(Turn& turn, Duration period, void (LiveViews::*make)()) {
  const Instant now = clock_.Now();
  if (turn.under_way || (turn.ever && now - turn.asked < period)) return;
  // Where the worker has too much to do, who follows can wait.
  if (!worker_.Post([this, make] { (this->*make)(); })) return;
  turn = {now, true, true};
}

void LiveViews::Done(Turn& turn) {
  const std::lock_guard lock(mutex_);
  turn.under_way = false;
  // Whoever learns, and who else asks, has as long for himself.
  turn.asked = clock_.Now();
}

// What cannot be seen now may be the next time.
void LiveViews::Make() {
  TopicSet wanted;
  {
    const std::lock_guard lock(mutex_);
    wanted = std::exchange(wanted_, {});
  }
  (void)Guarded([&]() -> Status { return LookAround(wanted.Has(control::PICTURES)); });
  Done(turn_);
}

Status LiveViews::LookAround(bool pictures) {
  HYPNOS_ASSIGN_OR_RETURN(const Look look, TakeLook(pipeline_, {.picture = pictures}));
  if (pictures) Keep(look);
  if (pictures) LookAtOthers(look.stream);
  auto units = UnitsOf(look);
  const std::lock_guard lock(mutex_);
  units_ = std::move(units);
  return {};
}

void LiveViews::LookAtOthers(const std::string& first) {
  const StatusSnapshot status = board_.Snapshot();
  ForgetGone(status);
  auto next = status.sources.upper_bound(last_source_);
  for (size_t i = 0; i < std::min(kMostSources, status.sources.size()); ++i) {
    if (next == status.sources.end()) next = status.sources.begin();
    last_source_ = (next++)->first;
    if (last_source_ == first) continue;
    const auto look = TakeLook(pipeline_, {.picture = true}, last_source_);
    if (look.ok()) Keep(*look);
  }
}

void LiveViews::Keep(const Look& look) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = views_.find(look.stream);
    const bool same = known != views_.end() && known->second.clip() == look.clip &&
                      known->second.frame() == static_cast<uint64_t>(look.frame);
    if (same) return;
  }
  control::View view = ViewOf(look, colour_, clock_.WallNow());
  const std::lock_guard lock(mutex_);
  views_[look.stream] = std::move(view);
}

void LiveViews::ForgetGone(const StatusSnapshot& status) {
  const std::lock_guard lock(mutex_);
  std::erase_if(views_, [&](const auto& view) { return !status.sources.contains(view.first); });
}

void LiveViews::FollowDream() {
  control::Dream dream;
  int64_t began = 0;
  const Instant end = clock_.Now() + kDreamPeriod;
  (void)Guarded([&]() -> Status {
    // Bounded also where nothing is done between two looks.
    for (size_t looks = 0; looks < 2 * kMostDreamedFrames; ++looks) {
      const bool goes_on = board_.Snapshot().asleep && clock_.Now() < end;
      if (!goes_on || !FollowStep(&dream, &began)) break;
    }
    return {};
  });
  if (dream.frames_jpeg_size() > 0) {
    dream.set_number(++dreams_);
    const std::lock_guard lock(mutex_);
    dream_ = std::move(dream);
  }
  Done(dream_turn_);
}

bool LiveViews::FollowStep(control::Dream* dream, int64_t* began) {
  const Result<Look> look = TakeLook(pipeline_, {.dream = true});
  if (!look.ok()) return false;
  const int seen = dream->frames_jpeg_size();
  if (!look->dream) return seen == 0;
  const DreamedFrame& frame = *look->dream;
  if (seen == 0) {
    // What is told is told from its beginning.
    if (frame.frame > 0) return true;
    *began = frame.began;
    dream->set_kind(frame.kind);
    dream->set_width(static_cast<uint32_t>(look->shape.width));
    dream->set_height(static_cast<uint32_t>(look->shape.height));
    dream->set_time(Seconds(clock_.WallNow().time_since_epoch()));
  }
  if (frame.began != *began) return false;
  // Between two of its frames there may be more than one moment to look.
  if (frame.frame >= seen) dream->add_frames_jpeg(DreamedFrameOf(*look, colour_));
  return static_cast<size_t>(seen) < kMostDreamedFrames;
}

}  // namespace hypnos
