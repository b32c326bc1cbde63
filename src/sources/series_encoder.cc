#include "hypnos/sources/series_encoder.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/tensor/one_hot.h"
#include "sources/robust_scale.h"

namespace hypnos {
namespace {

constexpr Duration kDay = std::chrono::hours(24);
constexpr Duration kWeek = 7 * kDay;
// A table has no more columns, and what is loaded must not say so.
constexpr size_t kMostColumns = 1 << 15;

size_t ValuesOf(const SeriesEncoderOptions& options, const SeriesColumn& column) {
  if (column.kind != ColumnKind::kNumber) return column.buckets;
  return 1 + (options.difference ? 1 : 0) + options.bumps;
}

size_t ValuesOf(const SeriesEncoderOptions& options, const std::vector<SeriesColumn>& columns) {
  size_t values = (options.time_of_day ? 2 : 0) + (options.time_of_week ? 2 : 0);
  for (const SeriesColumn& column : columns) values += ValuesOf(options, column);
  return values;
}

std::span<float> TakeFront(std::span<float>& rest, size_t count) {
  const std::span<float> front = rest.first(count);
  rest = rest.subspan(count);
  return front;
}

void EncodeBumps(double y, std::span<float> bumps) {
  const double outermost = Compressed(RobustScale::kLimit);
  const double distance = 2 * outermost / static_cast<double>(bumps.size() - 1);
  const double at = (Compressed(y) + outermost) / distance;
  for (size_t i = 0; i < bumps.size(); ++i) {
    const double off = at - static_cast<double>(i);
    bumps[i] = static_cast<float>(std::exp(-off * off / 2));
  }
}

void EncodeWords(std::span<const double> present, std::span<float> values) {
  const auto words = std::ranges::count(present, 1.0);
  if (words == 0) return;
  const auto value = static_cast<float>(
      std::sqrt(static_cast<double>(values.size()) / static_cast<double>(words)));
  for (size_t i = 0; i < values.size(); ++i) values[i] = present[i] == 1.0 ? value : 0.0f;
}

void EncodePhase(Duration when, Duration period, std::span<float> sine_and_cosine) {
  const double turn = Seconds(when % period) / Seconds(period) * 2 * std::numbers::pi;
  sine_and_cosine[0] = static_cast<float>(std::numbers::sqrt2 * std::sin(turn));
  sine_and_cosine[1] = static_cast<float>(std::numbers::sqrt2 * std::cos(turn));
}

}  // namespace

struct SeriesEncoder::Number {
  RobustScale scale;
  // y of the row before; nothing where there is none, or it was missing.
  std::optional<double> before;
};

SeriesEncoder::SeriesEncoder(const SeriesEncoderOptions& options) : options_(options) {
  HYPNOS_CHECK(options.window >= 1 && options.horizon_rows >= 1 && options.bumps != 1);
  if (!options.columns.empty()) Begin(options.columns);
}

SeriesEncoder::~SeriesEncoder() = default;
SeriesEncoder::SeriesEncoder(SeriesEncoder&&) noexcept = default;
SeriesEncoder& SeriesEncoder::operator=(SeriesEncoder&&) noexcept = default;

size_t SeriesEncoder::row_values() const { return ValuesOf(options_, columns_); }

void SeriesEncoder::Begin(const std::vector<SeriesColumn>& columns) {
  columns_ = columns;
  numbers_.resize(
      static_cast<size_t>(std::ranges::count(columns_, ColumnKind::kNumber, &SeriesColumn::kind)));
  rows_.assign(options_.window * row_values(), 0.0f);
}

PlaneShape SeriesEncoder::ShapeWith(size_t readings) const {
  const size_t values =
      has_begun() ? row_values() : ValuesOf(options_, std::vector<SeriesColumn>(readings));
  return {.channels = static_cast<int>(options_.window * values), .height = 1, .width = 1};
}

std::optional<PlaneShape> SeriesEncoder::shape() const {
  if (!has_begun()) return std::nullopt;
  return ShapeWith(0);
}

EncodedFrame SeriesEncoder::Encode(const Frame& frame, Planes* planes) {
  if (!has_begun()) Begin(std::vector<SeriesColumn>(frame.readings.values.size()));
  if (frame.discontinuity != Discontinuity::kNone) {
    std::ranges::fill(rows_, 0.0f);
    for (Number& number : numbers_) number.before.reset();
  }
  std::shift_right(rows_.begin(), rows_.end(), static_cast<ptrdiff_t>(row_values()));
  EncodeRow(frame, std::span(rows_).first(row_values()));
  planes->Resize(ShapeWith(0));
  std::ranges::copy(rows_, planes->values().begin());
  return {.resized = frame.readings.values.size() != WidthOf(columns_)};
}

void SeriesEncoder::EncodeRow(const Frame& frame, std::span<float> row) {
  std::ranges::fill(row, 0.0f);
  std::span<const double> readings = frame.readings.values;
  auto number = numbers_.begin();
  for (const SeriesColumn& column : columns_) {
    const bool is_number = column.kind == ColumnKind::kNumber;
    if (readings.size() < column.width()) break;
    const auto values = readings.first(column.width());
    readings = readings.subspan(column.width());
    if (is_number) {
      EncodeNumber(values[0], frame.learn, *number++, row);
      continue;
    }
    const std::span<float> encoded = TakeFront(row, column.buckets);
    if (column.kind == ColumnKind::kLog) {
      EncodeWords(values, encoded);
    } else if (values[0] >= 0 && values[0] < static_cast<double>(column.buckets)) {
      encoded[static_cast<size_t>(values[0])] = OneHotValue(column.buckets);
    }
  }
  // What is left at the end, also where columns are missing.
  const size_t of_time = (options_.time_of_day ? 2 : 0) + (options_.time_of_week ? 2 : 0);
  EncodeTime(frame.readings.when, row.last(of_time));
}

void SeriesEncoder::EncodeNumber(double value, bool learn, Number& number,
                                 std::span<float>& rest) const {
  const std::span<float> values =
      TakeFront(rest, ValuesOf(options_, SeriesColumn{.kind = ColumnKind::kNumber}));
  if (!std::isfinite(value)) {
    number.before.reset();
    return;
  }
  // The very first value is its own centre.
  const double y = number.scale.statistics().frames == 0 ? 0 : number.scale.Scaled(value);
  if (learn) number.scale.Count(value, options_.horizon_rows);
  values[0] = static_cast<float>(y);
  if (options_.difference && number.before) values[1] = static_cast<float>(y - *number.before);
  if (options_.bumps > 0) EncodeBumps(y, values.last(options_.bumps));
  number.before = y;
}

void SeriesEncoder::EncodeTime(std::optional<Duration> when, std::span<float> rest) const {
  if (!when) return;
  if (options_.time_of_day) EncodePhase(*when, kDay, TakeFront(rest, 2));
  if (options_.time_of_week) EncodePhase(*when, kWeek, TakeFront(rest, 2));
}

std::vector<ChannelStatistics> SeriesEncoder::channels() const {
  std::vector<ChannelStatistics> channels;
  for (const Number& number : numbers_) channels.push_back(number.scale.statistics());
  return channels;
}

void SeriesEncoder::ExchangeState(StateArchive& archive) {
  const size_t columns = archive.Count("columns", columns_.size(), kMostColumns);
  if (archive.loading() && columns != columns_.size()) {
    if (!options_.columns.empty()) {
      archive.Refuse("columns", "are not those of the configuration");
      return;
    }
    Begin(std::vector<SeriesColumn>(columns));
  }
  for (size_t i = 0; i < numbers_.size(); ++i) {
    const StateArchive::Scope scope(archive, Format("numbers.{}", i));
    numbers_[i].scale.ExchangeState(archive);
    archive.Number("before", numbers_[i].before);
  }
  archive.Values("rows", std::span(rows_), {options_.window, row_values()});
}

std::vector<size_t> PlacesOfNumbers(const SeriesEncoderOptions& options,
                                    const std::vector<SeriesColumn>& columns) {
  std::vector<size_t> places;
  size_t at = 0;
  for (const SeriesColumn& column : columns) {
    if (column.kind == ColumnKind::kNumber) places.push_back(at);
    at += ValuesOf(options, column);
  }
  return places;
}

}  // namespace hypnos
