#include "novelty/habit.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// How many rows of a bucket, and of all, are looked back at.
constexpr double kBucketRows = 300;
constexpr double kAllRows = 1000;
// Of fewer rows nothing is said.
constexpr uint64_t kLeastRows = 5;
// Rows by which a bucket's variance is drawn towards that of all.
constexpr double kPriorRows = 10;
// No deviation is smaller than this; x is in deviations of the whole series.
constexpr double kLeastVariance = 1e-6;

}  // namespace

void Habit::Usual::Learn(double x, double rows) {
  const double weight = std::max(1 / static_cast<double>(++count), 1 / rows);
  const double off = x - mean;
  mean += weight * off;
  variance += weight * (off * (x - mean) - variance);
}

size_t Habit::BucketOf(std::optional<Duration> when) {
  if (!when) return kBuckets - 1;
  const std::chrono::sys_time<Duration> time(*when);
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const auto hour = std::chrono::floor<std::chrono::hours>(time - day).count();
  const unsigned weekday = std::chrono::weekday(day).iso_encoding();
  return static_cast<size_t>(hour) + (weekday >= 6 ? kHours : 0);
}

double Habit::Off(double x, std::optional<Duration> when) const {
  const Usual& usual = buckets_[BucketOf(when)];
  if (usual.count < kLeastRows) return std::numeric_limits<double>::quiet_NaN();
  const auto rows = static_cast<double>(usual.count);
  const double variance =
      (usual.variance * rows + off_.variance * kPriorRows) / (rows + kPriorRows);
  return (x - usual.mean) / std::sqrt(variance + kLeastVariance);
}

double Habit::Mean(std::optional<Duration> when) const {
  const Usual& usual = buckets_[BucketOf(when)];
  return usual.count < kLeastRows ? std::numeric_limits<double>::quiet_NaN() : usual.mean;
}

void Habit::Learn(double x, std::optional<Duration> when) {
  Usual& usual = buckets_[BucketOf(when)];
  if (usual.count >= kLeastRows) off_.Learn(x - usual.mean, kAllRows);
  usual.Learn(x, kBucketRows);
}

void Habit::ExchangeState(StateArchive& archive) {
  const auto exchange = [&](const std::string& name, Usual& usual) {
    const StateArchive::Scope scope(archive, name);
    archive.Number("count", usual.count);
    archive.Number("mean", usual.mean);
    archive.Number("variance", usual.variance);
    if (std::isfinite(usual.mean) && usual.variance >= 0 && std::isfinite(usual.variance)) return;
    archive.Refuse("variance", "is none");
  };
  for (size_t i = 0; i < kBuckets; ++i) exchange(Format("bucket.{}", i), buckets_[i]);
  exchange("off", off_);
}

}  // namespace hypnos
