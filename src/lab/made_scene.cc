#include "lab/made_scene.h"

#include <algorithm>
#include <utility>

namespace hypnos::lab {
namespace {

constexpr double kNoise = 0.002;
constexpr double kMoved = 0.05;
constexpr double kColumnsASecond = 1.5;
// Where what is strange is.
constexpr size_t kRow = 4;
constexpr size_t kColumn = 8;

}  // namespace

MadeScene::MadeScene(std::vector<MadeMoment> moments, Rng rng)
    : moments_(std::move(moments)), rng_(rng) {
  for (double& column : columns_) column = kColumns * static_cast<double>(rng_.Uniform());
}

NoveltyFrame MadeScene::Next() {
  const double now = static_cast<double>(frame_++) / kFrameRateHz;
  for (float& change : change_) change = static_cast<float>(kNoise) * rng_.Uniform();
  for (float& surprise : surprise_) surprise = rng_.Uniform();
  Wander();
  for (const MadeMoment& moment : moments_) {
    if (now >= moment.begin && now < moment.end) Happen(moment);
  }
  // The first judges movement as such.
  maps_ = {SurpriseMap{change_}, SurpriseMap{surprise_}};
  return {.rows = kRows,
          .columns = kColumns,
          .surprises = maps_,
          .change = change_,
          .time = FromSeconds(now)};
}

void MadeScene::Wander() {
  for (size_t thing = 0; thing < kThings; ++thing) {
    const double step = kColumnsASecond / kFrameRateHz * 2 * static_cast<double>(rng_.Uniform());
    columns_[thing] += step;
    if (columns_[thing] >= kColumns) columns_[thing] -= kColumns;
    Show(2 + 2 * thing, static_cast<size_t>(columns_[thing]),
         0.5 + static_cast<double>(rng_.Uniform()));
  }
}

void MadeScene::Show(size_t row, size_t column, double surprise) {
  const size_t at = row * kColumns + column;
  change_[at] = static_cast<float>(kMoved * (0.5 + static_cast<double>(rng_.Uniform())));
  surprise_[at] = static_cast<float>(surprise);
}

void MadeScene::Happen(const MadeMoment& moment) {
  switch (moment.what) {
    case MadeMoment::What::kStrange:
      for (size_t i = 0; i < moment.places * moment.places; ++i) {
        const double about = 0.5 + static_cast<double>(rng_.Uniform());
        Show(kRow + i / moment.places, kColumn + i % moment.places, about * (1 + moment.strength));
      }
      return;
    case MadeMoment::What::kFlash:
      for (size_t at = 0; at < change_.size(); ++at) {
        if (at % 4 != 0) change_[at] = 1;
      }
      return;
    case MadeMoment::What::kStill:
      std::ranges::fill(change_, 0.0f);
      return;
  }
}

}  // namespace hypnos::lab
