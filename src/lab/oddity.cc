#include "lab/oddity.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos::lab {
namespace {

// Of what is pasted: its side as a share of the picture's width, and that of its squares.
constexpr int kPatchShare = 6;
constexpr int kSquare = 4;
constexpr int kHurry = 3;

int64_t StepOf(const OddMoment* moment) {
  if (moment == nullptr) return 1;
  switch (moment->oddity) {
    case Oddity::kBackwards:
      return -1;
    case Oddity::kHurried:
      return kHurry;
    case Oddity::kFrozen:
      return 0;
    default:
      return 1;
  }
}

size_t PlaceOf(int x, int y, int width) {
  const int place = y * width + x;
  return static_cast<size_t>(place);
}

Image PatchFor(int width, Rng& rng) {
  const int side = std::max(1, width / kPatchShare);
  Image patch(side, side, 1);
  const int squares = side / kSquare + 1;
  std::vector<uint8_t> shades(static_cast<size_t>(squares) * static_cast<size_t>(squares));
  for (uint8_t& shade : shades) shade = static_cast<uint8_t>(rng.Below(256));
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      patch.bytes()[PlaceOf(x, y, side)] = shades[PlaceOf(x / kSquare, y / kSquare, squares)];
    }
  }
  return patch;
}

void Turn(Image& image) {
  const auto width = static_cast<std::ptrdiff_t>(image.width());
  const auto bytes = image.bytes();
  for (int y = 0; y < image.height() / 2; ++y) {
    std::swap_ranges(bytes.begin() + y * width, bytes.begin() + (y + 1) * width,
                     bytes.end() - (y + 1) * width);
  }
}

}  // namespace

const char* ToString(Oddity oddity) {
  switch (oddity) {
    case Oddity::kPatch:
      return "patch";
    case Oddity::kCrossing:
      return "crossing";
    case Oddity::kBackwards:
      return "backwards";
    case Oddity::kHurried:
      return "hurried";
    case Oddity::kFrozen:
      return "frozen";
    case Oddity::kUpsideDown:
      return "upside_down";
  }
  return "";
}

std::vector<OddMoment> MomentsOf(const OddityPlan& plan) {
  std::vector<OddMoment> moments;
  double begin = plan.warm_up_seconds;
  for (int time = 0; time < plan.times; ++time) {
    for (const Oddity oddity : kAllOddities) {
      begin += plan.apart_seconds;
      moments.push_back({oddity, FromSeconds(begin), FromSeconds(begin + plan.lasts_seconds)});
    }
  }
  return moments;
}

Duration LengthOf(const OddityPlan& plan) {
  const auto oddities = static_cast<double>(plan.times) * static_cast<double>(kAllOddities.size());
  return FromSeconds(plan.warm_up_seconds + (oddities + 1) * plan.apart_seconds);
}

OddSource::OddSource(std::vector<Image> clip, double frame_rate_hz, const OddityPlan& plan, Rng rng)
    : clip_(std::move(clip)),
      frame_rate_hz_(frame_rate_hz),
      moments_(MomentsOf(plan)),
      length_(LengthOf(plan)) {
  HYPNOS_CHECK(clip_.size() >= 2 && frame_rate_hz > 0);
  for (const Image& image : clip_) {
    HYPNOS_CHECK(image.channels() == 1 && image.width() == clip_.front().width() &&
                 image.height() == clip_.front().height());
  }
  patch_ = PatchFor(clip_.front().width(), rng);
  for (size_t i = 0; i < moments_.size(); ++i) {
    heights_.push_back(static_cast<double>(rng.Uniform()));
  }
}

std::optional<int64_t> OddSource::frame_count() const {
  return static_cast<int64_t>(Seconds(length_) * frame_rate_hz_);
}

std::string OddSource::Describe() const {
  return Format("a clip of {} pictures, with oddities", clip_.size());
}

const OddMoment* OddSource::MomentAt(Duration time) const {
  const auto found = std::ranges::find_if(
      moments_, [time](const OddMoment& m) { return time >= m.begin && time < m.end; });
  return found == moments_.end() ? nullptr : &*found;
}

Result<FrameOrEnd> OddSource::Next() {
  const Duration time = FromSeconds(static_cast<double>(frames_) / frame_rate_hz_);
  if (time >= length_) return FrameOrEnd(EndOfStream{});
  const OddMoment* moment = MomentAt(time);
  Frame frame;
  frame.clip = "odd";
  frame.index = frames_;
  frame.presentation_time = time;
  if (frames_ == 0) frame.discontinuity = Discontinuity::kStart;
  if (frames_ > 0) {
    const auto length = static_cast<int64_t>(clip_.size());
    const int64_t next = place_ + StepOf(moment);
    place_ = (next + length) % length;
    if (next != place_) frame.discontinuity = Discontinuity::kLoop;
  }
  ++frames_;
  frame.image = clip_[static_cast<size_t>(place_)];
  if (moment != nullptr) {
    const bool pastes = moment->oddity == Oddity::kPatch || moment->oddity == Oddity::kCrossing;
    if (pastes) Paste(time, *moment, frame.image);
    if (moment->oddity == Oddity::kUpsideDown) Turn(frame.image);
  }
  return FrameOrEnd(std::move(frame));
}

// In the middle, or from the left to the right; at a height of the moment's own.
void OddSource::Paste(Duration time, const OddMoment& moment, Image& image) const {
  const double height = heights_[static_cast<size_t>(&moment - moments_.data())];
  const int side = patch_.width();
  const int top = static_cast<int>(height * std::max(0, image.height() - side));
  const double way = Seconds(time - moment.begin) / Seconds(moment.end - moment.begin);
  const int left = moment.oddity == Oddity::kPatch
                       ? (image.width() - side) / 2
                       : static_cast<int>(way * (image.width() + side)) - side;
  for (int y = 0; y < std::min(side, image.height() - top); ++y) {
    for (int x = std::max(0, -left); x < std::min(side, image.width() - left); ++x) {
      image.bytes()[PlaceOf(left + x, top + y, image.width())] =
          patch_.bytes()[PlaceOf(x, y, side)];
    }
  }
}

}  // namespace hypnos::lab
