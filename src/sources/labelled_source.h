// Gives the frames of a source their labels.
#pragma once

#include <memory>

#include "hypnos/base/result.h"
#include "hypnos/sources/labels.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

// `from` is kFile or kName. Errors: see labels.h.
Result<std::unique_ptr<Source>> LabelFrames(std::unique_ptr<Source> source,
                                            const SourceIdentity& identity,
                                            const LabelOptions& options);

}  // namespace hypnos
