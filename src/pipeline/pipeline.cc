#include "hypnos/pipeline/pipeline.h"

#include <utility>
#include <variant>

#include "pipeline/driver.h"

namespace hypnos {
namespace {

PipelineOptions WithWhatTheyNeed(PipelineOptions options) {
  auto* pictures = std::get_if<VideoEncoderOptions>(&options.encoder);
  if (pictures != nullptr && options.negatives.hurried > 0) pictures->past_pictures = kMostPace;
  return options;
}

}  // namespace

Pipeline::Pipeline(const PipelineOptions& options, const Clock& clock, PipelineObserver& observer)
    : options_(WithWhatTheyNeed(options)),
      clock_(clock),
      observer_(observer),
      driver_(std::make_unique<Driver>(options_, clock, observer)) {}

Pipeline::~Pipeline() = default;

Result<RunSummary> Pipeline::Run() { return driver_->Run(); }

void Pipeline::SetInputObserver(InputObserver* observer) {
  // As a command: somebody may be giving others.
  driver_->Post([this, observer](PipelineControl&) { driver_->SetInputObserver(observer); });
}

Result<RunSummary> Pipeline::Replay(InputScript& script) { return driver_->Replay(script); }

Result<RunSummary> Pipeline::Run(FrameQueue& queue) {
  driver_->AddStream({.name = "", .queue = &queue});
  HYPNOS_ASSIGN_OR_RETURN(RunSummary summary, driver_->Run());
  if (!summary.failures.empty()) return *summary.failures.front().error;
  return summary;
}

Status Pipeline::Load(StateArchive& archive) {
  auto loaded = std::make_unique<Driver>(options_, clock_, observer_);
  HYPNOS_RETURN_IF_ERROR(loaded->Load(archive));
  driver_ = std::move(loaded);
  return {};
}

std::vector<Pipeline::AwaitedStream> Pipeline::awaited_streams() const {
  return driver_->awaited_streams();
}

void Pipeline::Stop() { driver_->Stop(); }

void Pipeline::Post(PipelineCommand command) { driver_->Post(std::move(command)); }

const RunSummary& Pipeline::summary() const { return driver_->summary(); }

const Network* Pipeline::network() const { return driver_->network(); }

}  // namespace hypnos
