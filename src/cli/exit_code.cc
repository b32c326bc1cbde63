#include "cli/exit_code.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace hypnos::cli {
namespace {

// What went wrong on this side: the code would not tell it from what the daemon says.
struct Exception {
  std::string_view reason;
  int exit_code;
};
constexpr std::array kExceptions = {
    Exception{"CONFIG_INVALID", kExitConfiguration},  Exception{"NO_PROFILE", kExitConfiguration},
    Exception{"PROFILE_INVALID", kExitConfiguration}, Exception{"TOKEN_FILE", kExitConfiguration},
    Exception{"TOKENS_INVALID", kExitConfiguration},  Exception{"TLS_INVALID", kExitConfiguration},
    Exception{"NOT_A_DAEMON", kExitProtocol},         Exception{"CANNOT_WRITE", kExitIo},
};

}  // namespace

int ExitCode(const Error& error) {
  const auto* found = std::ranges::find(kExceptions, error.reason, &Exception::reason);
  if (found != kExceptions.end()) return found->exit_code;
  switch (error.code) {
    case Code::kInvalidArgument:
    case Code::kOutOfRange:
      return kExitUsage;
    case Code::kNotFound:
      return kExitNoInput;
    case Code::kFailedPrecondition:
    case Code::kResourceExhausted:
    case Code::kDeadlineExceeded:
    case Code::kCancelled:
      return kExitTryAgain;
    case Code::kUnavailable:
    case Code::kUnimplemented:
      return kExitUnavailable;
    case Code::kDataLoss:
      return kExitIo;
    case Code::kPermissionDenied:
    case Code::kUnauthenticated:
      return kExitNotPermitted;
    case Code::kInternal:
      break;
  }
  return kExitInternal;
}

}  // namespace hypnos::cli
