// Asks the pipeline for a look and waits for it.
#pragma once

#include <string>

#include "hypnos/pipeline/pipeline.h"

namespace hypnos {

// Waits for the step under way. Not for the thread that runs the pipeline, which would wait for
// itself. Errors: those of PipelineControl::TakeLook; kUnavailable, reason STOPPING.
// `source`: whose; see PipelineControl::TakeLook.
Result<Look> TakeLook(Pipeline& pipeline, const LookParts& parts, const std::string& source = "");

}  // namespace hypnos
