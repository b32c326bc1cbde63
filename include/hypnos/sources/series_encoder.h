// A row of a series becomes numbers, of mean 0 and deviation 1 about, at one place.
//   of a number    y = (x - centre) / spread, by its own running statistics (robust_scale.h),
//   within
//                  +-8; [y - y of the row before;] [bumps: exp(-((g - c_i) / d)^2 / 2), their
//                  centres c_i at equal distances d over all that g = asinh(1.5 y) can be: close
//                  together where most values are, and there for the others, too]
//   of a category  one-hot, as long as a length-normalised vector
//   of a log       a value for each bucket: the same for each in which a word stands, else 0; as
//   long of the time    [sine and cosine of the time of day;] [of the week], times the root of 2
// Statistics are those before the row, so that what jumps stands out. What is missing is 0: the
// centre, and no bump. The planes are those of the last `window` rows, the newest first; what was
// before a discontinuity is forgotten, but for the statistics.
// Threads: thread-compatible. Deterministic. Allocates on the first row only.
#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "hypnos/base/state_archive.h"
#include "hypnos/sources/frame.h"
#include "hypnos/sources/series_columns.h"
#include "hypnos/sources/video_encoder.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

struct SeriesEncoderOptions {
  // Empty: numbers, as many as the first row has.
  std::vector<SeriesColumn> columns = {};
  bool difference = true;
  // Of each number; 0: none. Otherwise at least 2.
  size_t bumps = 0;
  bool time_of_day = false;
  bool time_of_week = false;
  // At least 1.
  size_t window = 1;
  // How many rows the statistics look back; at least 1.
  double horizon_rows = 1000;
};

class SeriesEncoder {
 public:
  explicit SeriesEncoder(const SeriesEncoderOptions& options);
  ~SeriesEncoder();
  SeriesEncoder(SeriesEncoder&&) noexcept;
  SeriesEncoder& operator=(SeriesEncoder&&) noexcept;

  // A row of another width than the first one counts as if what is not there were missing, and says
  // so. Rows with learn off leave the statistics alone. Precondition: the frame has readings.
  EncodedFrame Encode(const Frame& frame, Planes* planes);

  // With so many readings a row. Nothing where it is the first row that tells.
  PlaneShape ShapeWith(size_t readings) const;
  std::optional<PlaneShape> shape() const;

  // Of each number, in the order of the columns.
  std::vector<ChannelStatistics> channels() const;
  void ExchangeState(StateArchive& archive);

 private:
  struct Number;

  bool has_begun() const { return !columns_.empty(); }
  size_t row_values() const;
  void Begin(const std::vector<SeriesColumn>& columns);
  void EncodeRow(const Frame& frame, std::span<float> row);
  void EncodeNumber(double value, bool learn, Number& number, std::span<float>& rest) const;
  void EncodeTime(std::optional<Duration> when, std::span<float> rest) const;

  SeriesEncoderOptions options_;
  std::vector<SeriesColumn> columns_;  // empty before the first row where none are given
  std::vector<Number> numbers_;
  std::vector<float> rows_;  // [window x values of a row], the newest first
};

// g of y: so that what is ten spreads off is not ten times as much as what is one.
inline double Compressed(double y) { return std::asinh(1.5 * y); }

// Where, within the values of a row, each number's scaled value stands.
std::vector<size_t> PlacesOfNumbers(const SeriesEncoderOptions& options,
                                    const std::vector<SeriesColumn>& columns);

}  // namespace hypnos
