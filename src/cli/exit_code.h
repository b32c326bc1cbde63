// What the process says with its exit code (sysexits.h).
//   0   done                        70  internal error
//   64  wrong usage                 74  I/O error, damaged data
//   66  what was named is not there 75  not now: try again
//   69  no daemon, or it cannot     76  what answers is no hypnosd
//   77  not permitted               78  configuration: profile, token file, certificate
// A signal ends it as it ends other programs: a shell sees 130 after Ctrl-C.
// Threads: safe.
#pragma once

#include "hypnos/base/result.h"

namespace hypnos::cli {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitNoInput = 66;
inline constexpr int kExitUnavailable = 69;
inline constexpr int kExitInternal = 70;
inline constexpr int kExitIo = 74;
inline constexpr int kExitTryAgain = 75;
inline constexpr int kExitProtocol = 76;
inline constexpr int kExitNotPermitted = 77;
inline constexpr int kExitConfiguration = 78;

int ExitCode(const Error& error);

}  // namespace hypnos::cli
