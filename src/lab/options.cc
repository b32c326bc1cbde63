#include "lab/options.h"

#include <cmath>
#include <cstdlib>

#include "hypnos/base/format.h"

namespace hypnos::lab {

std::string CheckPositive(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (!text.empty() && *end == '\0' && std::isfinite(value) && value > 0) return "";
  return Format("'{}' is not a number above 0", text);
}

std::string Number(float value) { return Format("{}", value); }

std::string Percent(double share) { return Format("{:.2f}", 100 * share); }

}  // namespace hypnos::lab
