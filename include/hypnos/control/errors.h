// Errors on the wire: the protocol's message and ours, one for the other. Threads: safe.
#pragma once

#include "hypnos/base/result.h"
#include "proto/control.pb.h"

namespace hypnos {

control::Error ToProto(const Error& error);
// A code that is not known here becomes kInternal.
Error FromProto(const control::Error& error);

}  // namespace hypnos
