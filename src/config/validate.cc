#include "config/validate.h"

#include "config/validate_parts.h"

namespace hypnos::config {

void Validate(const Config& config, const Places& places, Report* report) {
  for (const auto validate :
       {ValidateSources, ValidateEncoding, ValidateLearning, ValidateLabels, ValidateSchedule,
        ValidateWatching, ValidateKeeping, ValidateCluster}) {
    validate(config, places, report);
  }
}

}  // namespace hypnos::config
