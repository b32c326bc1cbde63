#include "sources/viewed_source.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/base/format.h"
#include "sources/named_error.h"

namespace hypnos {
namespace {

// 0.1 + 0.9 may be a little more than 1.
constexpr double kRounding = 1e-9;

// Pixels from begin up to, but without, end.
struct Stretch {
  int begin;
  int end;
};

// Every pixel that the share touches: of what nobody shall see rather too much than too little.
Stretch Touched(double begin, double length, int side) {
  return {std::max(0, static_cast<int>(std::floor(begin * side))),
          std::min(side, static_cast<int>(std::ceil((begin + length) * side)))};
}

// The nearest whole pixels, one at least.
Stretch Nearest(double begin, double length, int side) {
  const int first = std::clamp(static_cast<int>(std::lround(begin * side)), 0, side - 1);
  const auto last = static_cast<int>(std::lround((begin + length) * side));
  return {first, std::clamp(last, first + 1, side)};
}

std::span<uint8_t> Row(Image& image, Stretch columns, int y) {
  const auto channels = static_cast<size_t>(image.channels());
  const auto begin = static_cast<size_t>(y) * static_cast<size_t>(image.width()) +
                     static_cast<size_t>(columns.begin);
  return image.bytes().subspan(begin * channels,
                               static_cast<size_t>(columns.end - columns.begin) * channels);
}

void Blacken(const PictureShare& share, Image* image) {
  const Stretch columns = Touched(share.left, share.width, image->width());
  const Stretch rows = Touched(share.top, share.height, image->height());
  for (int y = rows.begin; y < rows.end; ++y) {
    std::ranges::fill(Row(*image, columns, y), uint8_t{0});
  }
}

void CutOut(const PictureShare& share, Image* image) {
  const Stretch columns = Nearest(share.left, share.width, image->width());
  const Stretch rows = Nearest(share.top, share.height, image->height());
  Image part(columns.end - columns.begin, rows.end - rows.begin, image->channels());
  for (int y = rows.begin; y < rows.end; ++y) {
    std::ranges::copy(Row(*image, columns, y),
                      Row(part, {0, part.width()}, y - rows.begin).begin());
  }
  *image = std::move(part);
}

bool LiesWithin(const PictureShare& share) {
  const auto fits = [](double begin, double length) {
    return begin >= 0 && length > 0 && begin + length <= 1 + kRounding;  // false for not-a-number
  };
  return fits(share.left, share.width) && fits(share.top, share.height);
}

class ViewedSource final : public Source {
 public:
  ViewedSource(ViewOptions view, std::unique_ptr<Source> source)
      : view_(std::move(view)), source_(std::move(source)) {}

  Result<FrameOrEnd> Next() override {
    Result<FrameOrEnd> next = source_->Next();
    if (!next.ok()) return next;
    if (auto* frame = std::get_if<Frame>(&*next)) ShowOnly(view_, &frame->image);
    return next;
  }

  bool GoOn(const SourcePlace& place) override { return source_->GoOn(place); }
  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return source_->frame_count(); }
  int64_t unreadable_frames() const override { return source_->unreadable_frames(); }
  SourceHealth health() const override { return source_->health(); }
  GateCounts gate_counts() const override { return source_->gate_counts(); }
  void Interrupt() override { source_->Interrupt(); }
  std::string Describe() const override {
    std::string text = source_->Describe();
    if (view_.region) text += ", a region of it";
    if (!view_.masks.empty()) text += Format(", {} masked", view_.masks.size());
    return text;
  }

 private:
  const ViewOptions view_;
  const std::unique_ptr<Source> source_;
};

}  // namespace

void ShowOnly(const ViewOptions& view, Image* image) {
  if (image->empty()) return;  // a text has none
  for (const PictureShare& mask : view.masks) Blacken(mask, image);
  if (view.region) CutOut(*view.region, image);
}

Result<std::unique_ptr<Source>> SeeThrough(const SourceIdentity& identity, const ViewOptions& view,
                                           std::unique_ptr<Source> source) {
  if (view.sees_all()) return source;
  if ((view.region && !LiesWithin(*view.region)) || !std::ranges::all_of(view.masks, LiesWithin)) {
    return InSource(identity, {Code::kInvalidArgument, "BAD_VIEW",
                               "its region or one of its masks does not lie within the picture"});
  }
  return std::unique_ptr<Source>(std::make_unique<ViewedSource>(view, std::move(source)));
}

}  // namespace hypnos
