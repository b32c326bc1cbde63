#include "daemon/activity_meter.h"

#include <new>
#include <utility>

#include "daemon/layer_answers.h"
#include "daemon/take_look.h"

namespace hypnos {

std::vector<telemetry::Activity> ActivityMeter::Latest() {
  const Instant now = clock_.Now();
  const std::lock_guard lock(mutex_);
  if (!ever_asked_ || now - asked_ >= kPeriod) {
    // Where the worker has too much to do, subscribers can wait.
    if (worker_.Post([this] { Measure(); })) {
      asked_ = now;
      ever_asked_ = true;
    }
  }
  return latest_;
}

void ActivityMeter::Measure() try {
  const Result<Look> look = TakeLook(pipeline_, {});
  if (!look.ok()) return;
  auto measured = ActivitiesOf(*look);
  const std::lock_guard lock(mutex_);
  latest_ = std::move(measured);
} catch (const std::bad_alloc&) {
  // There will be another time.
}

}  // namespace hypnos
