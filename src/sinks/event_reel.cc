#include "sinks/event_reel.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/imaging/codecs.h"
#include "hypnos/imaging/transform.h"

namespace hypnos {
namespace {

constexpr int kQuality = 80;
// However large pictures are: of what came before, and of one clip.
constexpr uint64_t kMostBytesBefore = uint64_t{32} << 20;
constexpr uint64_t kMostBytes = uint64_t{64} << 20;
// So far from an event a frame shows something else; or two frames of the clip, where those are
// further apart.
constexpr Duration kNear = std::chrono::seconds(1);
// So long after its time a source that gives no frames is no longer waited for.
constexpr Duration kPatience = std::chrono::seconds(2);

Image Narrowed(const Image& image, int width) {
  if (image.width() <= width) return image;
  Image smaller;
  const int height = std::max(1, static_cast<int>(std::lround(static_cast<double>(image.height()) *
                                                              width / image.width())));
  Resize(image, width, height, &smaller);
  return smaller;
}

Image Decoded(const std::string& jpeg) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(jpeg.data());
  auto image = DecodeImage({bytes, jpeg.size()});
  return image.ok() ? *std::move(image) : Image();
}

Duration Apart(Duration one, Duration other) { return one > other ? one - other : other - one; }

}  // namespace

void EventReel::Add(Duration time, const Image& image, Instant now) {
  last_added_ = now;
  if (under_way_ && under_way_->wants_picture) TakePicture(time, image);
  if (!options_.folder.empty()) Keep(time, image);
  // Without clips there is nothing more to come.
  if (under_way_ && under_way_->clip.ended &&
      (options_.folder.empty() || time >= under_way_->clip.news.end + options_.after)) {
    Finish();
  }
}

// The frame at which it is told is the peak, or the peak was shortly before and is kept, smaller.
// Where frames were left out, the one that comes may be of minutes later: rather none than that.
void EventReel::TakePicture(Duration time, const Image& image) {
  EventUnderWay& event = *under_way_;
  event.wants_picture = false;
  const EventNews& news = event.clip.news;
  const Duration peak = news.peak_time;
  const Duration near = std::max(kNear, FromSeconds(2 / options_.frame_rate_hz));
  const auto nearest = std::ranges::min_element(
      before_, {}, [peak](const KeptFrame& kept) { return Apart(kept.time, peak); });
  const Duration apart = nearest == before_.end() ? Duration::max() : Apart(nearest->time, peak);
  if (apart <= near && apart < Apart(time, peak)) {
    event.clip.picture = Decoded(*nearest->jpeg);
    event.clip.picture_time = nearest->time;
  } else if (time >= peak - near && time <= std::max(peak, news.end) + near) {
    event.clip.picture = image;
    event.clip.picture_time = time;
  } else {
    return;
  }
  pictured_ = {news.notice.id, event.clip.picture};
}

void EventReel::Keep(Duration time, const Image& image) {
  const auto step = FromSeconds(0.99 / options_.frame_rate_hz);
  // A peak comes between two frames of the clip.
  if (!before_.empty() && time < before_.back().time + step) return;
  const Image smaller = Narrowed(image, options_.width);
  if (!before_.empty() && (smaller.width() != width_ || smaller.height() != height_)) Cut();
  width_ = smaller.width();
  height_ = smaller.height();
  const std::vector<uint8_t> jpeg = EncodeJpeg(smaller, kQuality);
  const KeptFrame kept = {time, std::make_shared<const std::string>(jpeg.begin(), jpeg.end())};
  before_.push_back(kept);
  before_bytes_ += jpeg.size();
  while (before_.front().time < time - options_.before || before_bytes_ > kMostBytesBefore) {
    before_bytes_ -= before_.front().jpeg->size();
    before_.pop_front();
    if (before_.empty()) break;
  }
  if (under_way_) Record(kept);
}

void EventReel::Record(const KeptFrame& kept) {
  EventUnderWay& event = *under_way_;
  const bool too_long = kept.time > event.clip.news.begin + options_.longest;
  const bool too_large = event.bytes + kept.jpeg->size() > kMostBytes;
  if (too_long || too_large) event.clip.whole = false;
  if (!event.clip.whole) return;
  event.clip.width = width_;
  event.clip.height = height_;
  event.bytes += kept.jpeg->size();
  event.frames.push_back(kept);
}

void EventReel::Cut() {
  if (under_way_ && under_way_->clip.ended) Finish();
  // It goes on, but its clip must not show two scenes as one.
  if (under_way_ && !under_way_->frames.empty()) under_way_->clip.whole = false;
  ForgetBefore();
}

void EventReel::ForgetBefore() {
  before_.clear();
  before_bytes_ = 0;
}

void EventReel::Tell(const EventNews& news, Instant now) {
  if (news.what == EventNews::What::kBegin) {
    Finish();
    under_way_.emplace();
    under_way_->clip.news = news;
    for (const KeptFrame& kept : before_) Record(kept);
    return;
  }
  if (!under_way_ || under_way_->clip.news.notice.id != news.notice.id) return;
  under_way_->clip.news = news;
  if (news.what == EventNews::What::kPeak) {
    under_way_->wants_picture = true;
  } else {
    under_way_->clip.ended = true;
    under_way_->waits_until = now + options_.after + kPatience;
  }
}

void EventReel::Wait(Instant now) {
  if (under_way_ && under_way_->waits_until && now >= *under_way_->waits_until) Finish();
  if (now - last_added_ > options_.before + kPatience) ForgetBefore();
}

// Players know no pauses: where a frame is missing the one before is shown once more.
void EventReel::Finish() {
  if (!under_way_) return;
  EventUnderWay event = *std::exchange(under_way_, std::nullopt);
  const auto step = FromSeconds(1 / options_.frame_rate_hz);
  if (!event.frames.empty()) event.clip.first_time = event.frames.front().time;
  Duration time = event.clip.first_time;
  uint64_t bytes = 0;
  while (!event.frames.empty()) {
    event.clip.frames.push_back(event.frames.front().jpeg);
    bytes += event.frames.front().jpeg->size();
    time += step;
    const bool missing = event.frames.size() > 1 && event.frames[1].time > time + step / 2;
    if (!missing || bytes > kMostBytes) event.frames.pop_front();
  }
  finished_.push_back(std::move(event.clip));
}

}  // namespace hypnos
