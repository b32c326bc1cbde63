#include "hypnos/pipeline/pipeline.h"

#include <utility>

#include "pipeline/driver.h"

namespace hypnos {

Pipeline::Pipeline(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
    : driver_(std::make_unique<Driver>(options, clock, observer)) {}

Pipeline::~Pipeline() = default;

Result<RunSummary> Pipeline::Run(FrameQueue& queue) { return driver_->Run(queue); }

void Pipeline::Stop() { driver_->Stop(); }

void Pipeline::Post(PipelineCommand command) { driver_->Post(std::move(command)); }

const RunSummary& Pipeline::summary() const { return driver_->summary(); }

const Network* Pipeline::network() const { return driver_->network(); }

}  // namespace hypnos
