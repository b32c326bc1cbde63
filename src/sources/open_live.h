// Opens what is live: once, or again and again.
#pragma once

#include <functional>
#include <memory>

#include "hypnos/base/result.h"
#include "hypnos/sources/live_options.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"
#include "sources/live_source.h"

namespace hypnos {

using ConnectInChild =
    std::function<Result<std::unique_ptr<VideoCapture>>(const ChildCaptureOptions&)>;

// Errors, where it is opened once: those of `connect`.
Result<std::unique_ptr<Source>> OpenLive(const SourceIdentity& identity, LiveSourceText text,
                                         const LiveOptions& options, ConnectInChild connect);

}  // namespace hypnos
