#include "hypnos/sources/series_columns.h"

namespace hypnos {

size_t WidthOf(const std::vector<SeriesColumn>& columns) {
  size_t width = 0;
  for (const SeriesColumn& column : columns) width += column.width();
  return width;
}

}  // namespace hypnos
