#include "daemon/series_answers.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/base/utf8.h"

namespace hypnos {
namespace {

constexpr double kLow = 0.05, kMiddle = 0.5, kHigh = 0.95;

// Where a number stands in an encoded row, and how it is brought back.
struct NumberAt {
  std::string column;
  size_t place;
  ChannelStatistics scale;
};

// Of a column that the configuration does not name. A recording does not know what the header said.
std::string NameOf(const Look& look, size_t column) {
  const bool is_told = look.column_names.size() == look.channels.size();
  // Whoever wrote the file may have written it otherwise than in UTF-8.
  return is_told ? PrintableUtf8(look.column_names[column]) : Format("{}", column + 1);
}

Result<std::vector<NumberAt>> NumbersOf(const Look& look, const SeriesEncoderOptions& encoder) {
  std::vector<SeriesColumn> columns = encoder.columns;
  for (size_t i = 0; encoder.columns.empty() && i < look.channels.size(); ++i) {
    columns.push_back({.name = NameOf(look, i)});
  }
  std::erase_if(columns, [](const SeriesColumn& c) { return c.kind != ColumnKind::kNumber; });
  const std::vector<size_t> places =
      PlacesOfNumbers(encoder, encoder.columns.empty() ? columns : encoder.columns);
  if (places.empty()) {
    return Error{Code::kFailedPrecondition, "NO_NUMBERS",
                 "no column is a number, so that there is none to be expected"};
  }
  if (look.residuals.empty() || look.channels.size() != places.size()) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no second row has come yet, so nothing is known of what to expect"};
  }
  std::vector<NumberAt> numbers;
  for (size_t i = 0; i < places.size(); ++i) {
    numbers.push_back({columns[i].name, places[i], look.channels[i]});
  }
  return numbers;
}

double ValueOf(const NumberAt& number, const Planes& row) {
  const double scaled = row.plane(static_cast<int>(number.place))[0];
  return number.scale.mean + scaled * std::sqrt(number.scale.variance);
}

// Precondition: sorted, and not empty.
double Quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<size_t>(std::lround(at))];
}

}  // namespace

Result<control::DreamResponse> DreamSeriesOf(const Look& look, uint32_t steps, uint64_t seed,
                                             const SeriesEncoderOptions& encoder) {
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<NumberAt> numbers, NumbersOf(look, encoder));
  HYPNOS_ASSIGN_OR_RETURN(Rollout rollout, Rollout::Create(look, Rng(seed)));
  control::DreamResponse response;
  for (const NumberAt& number : numbers) response.add_series()->set_column(number.column);
  for (uint32_t step = 0; step < steps; ++step) {
    const Planes& row = rollout.Next();
    for (size_t i = 0; i < numbers.size(); ++i) {
      response.mutable_series(static_cast<int>(i))->add_values(ValueOf(numbers[i], row));
    }
  }
  return response;
}

Result<control::PredictResponse> PredictedSeriesOf(const Look& look, uint32_t steps,
                                                   const SeriesEncoderOptions& encoder) {
  HYPNOS_ASSIGN_OR_RETURN(const std::vector<NumberAt> numbers, NumbersOf(look, encoder));
  // Of each number at each step.
  std::vector<std::vector<double>> dreamed(numbers.size() * steps);
  for (int course = 0; course < kCourses; ++course) {
    HYPNOS_ASSIGN_OR_RETURN(Rollout rollout,
                            Rollout::Create(look, Rng(static_cast<uint64_t>(course))));
    for (uint32_t step = 0; step < steps; ++step) {
      const Planes& row = rollout.Next();
      for (size_t i = 0; i < numbers.size(); ++i) {
        dreamed[i * steps + step].push_back(ValueOf(numbers[i], row));
      }
    }
  }
  control::PredictResponse response;
  for (size_t i = 0; i < numbers.size(); ++i) {
    control::SeriesForecast& forecast = *response.add_series();
    forecast.set_column(numbers[i].column);
    for (uint32_t step = 0; step < steps; ++step) {
      std::vector<double>& values = dreamed[i * steps + step];
      std::ranges::sort(values);
      forecast.add_values(Quantile(values, kMiddle));
      forecast.add_low(Quantile(values, kLow));
      forecast.add_high(Quantile(values, kHigh));
    }
  }
  return response;
}

}  // namespace hypnos
