#include "hypnos/pipeline/series_readings.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace hypnos {
namespace {

// Nothing where no layer says anything.
std::optional<double> Fakeness(const PlaceFigures& row) {
  if (row.log_odds.empty()) return std::nullopt;
  double sum = 0;
  for (const std::vector<float>& layer : row.log_odds) {
    sum -= layer.empty() ? 0.0 : static_cast<double>(layer.front());
  }
  return sum;
}

void AddError(const PlaceFigures& row, size_t place, SurpriseKind by, SeriesReading* reading) {
  if (by == SurpriseKind::kGoodness) {
    reading->error = Fakeness(row).value_or(SeriesReading::kNone);
    return;
  }
  if (place >= row.row.size()) return;
  const auto y = static_cast<double>(row.row[place]);
  reading->foretold = Compressed(y);
  if (place >= row.row_error.size()) return;
  reading->error = Compressed(y) - Compressed(y - static_cast<double>(row.row_error[place]));
}

}  // namespace

std::vector<SeriesReading> ReadingsOf(const PlaceFigures& row, const SeriesEncoderOptions& encoder,
                                      SurpriseKind by) {
  const std::vector<SeriesColumn> columns =
      encoder.columns.empty() ? std::vector<SeriesColumn>(row.readings.size()) : encoder.columns;
  const std::vector<size_t> places = PlacesOfNumbers(encoder, columns);
  std::vector<SeriesReading> readings;
  size_t at = 0;
  for (const SeriesColumn& column : columns) {
    if (column.kind == ColumnKind::kNumber && at < row.readings.size()) {
      SeriesReading& reading = readings.emplace_back();
      reading.value = row.readings[at];
      // What is missing was neither foretold nor missed.
      const size_t place = places[readings.size() - 1];
      if (std::isfinite(reading.value)) AddError(row, place, by, &reading);
    }
    at += column.width();
  }
  if (readings.size() == columns.size()) return readings;
  SeriesReading& others = readings.emplace_back();
  if (!row.prediction_error.empty()) {
    others.error = static_cast<double>(row.prediction_error.front());
  }
  return readings;
}

}  // namespace hypnos
