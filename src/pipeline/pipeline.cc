#include "hypnos/pipeline/pipeline.h"

#include <utility>

#include "pipeline/driver.h"

namespace hypnos {

Pipeline::Pipeline(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
    : driver_(std::make_unique<Driver>(options, clock, observer)) {}

Pipeline::~Pipeline() = default;

Result<RunSummary> Pipeline::Run() { return driver_->Run(); }

Result<RunSummary> Pipeline::Run(FrameQueue& queue) {
  driver_->AddStream({.name = "", .queue = &queue});
  HYPNOS_ASSIGN_OR_RETURN(RunSummary summary, driver_->Run());
  if (!summary.failures.empty()) return *summary.failures.front().error;
  return summary;
}

void Pipeline::Stop() { driver_->Stop(); }

void Pipeline::Post(PipelineCommand command) { driver_->Post(std::move(command)); }

const RunSummary& Pipeline::summary() const { return driver_->summary(); }

const Network* Pipeline::network() const { return driver_->network(); }

}  // namespace hypnos
