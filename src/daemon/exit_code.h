// What the process says with its exit code (sysexits.h).
#pragma once

#include "hypnos/base/result.h"

namespace hypnos {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitData = 65;  // a recording is damaged, or led to other weights
inline constexpr int kExitNoInput = 66;
inline constexpr int kExitInternal = 70;
inline constexpr int kExitIo = 74;
inline constexpr int kExitTryAgain = 75;
inline constexpr int kExitConfiguration = 78;

// Of a session that is replayed: what is not there is missing input; the rest is wrong with it.
inline int ReplayExitCode(const Error& error) {
  if (error.reason == "CONFIG_INVALID") return kExitConfiguration;
  if (error.code == Code::kNotFound || error.code == Code::kPermissionDenied) return kExitNoInput;
  return error.code == Code::kResourceExhausted ? kExitTryAgain : kExitData;
}

// An error of a source, or of the network that its first frame calls for: what cannot be opened or
// is no video is missing input; what broke off while it was read is an I/O error; what a library
// threw is its mistake or ours.
inline int SourceExitCode(const Error& error) {
  if (error.reason == "PATCH_LARGER_THAN_FRAME" || error.reason == "PATCH_STRIDE" ||
      error.reason == "LAYER_OPTION" || error.reason == "LEARNING_OPTION" ||
      error.reason == "NO_BFLOAT16" || error.reason == "ALPHABET" ||
      error.reason == "LABEL_UNREAD" || error.reason == "OUT_OF_MEMORY" ||
      error.reason == "LOGIN_REFUSED" || error.reason == "CREDENTIALS" ||
      error.reason == "FRAME_SIZE") {
    return kExitConfiguration;
  }
  switch (error.code) {
    case Code::kDataLoss:
      return kExitIo;
    case Code::kUnavailable:
      return kExitTryAgain;
    case Code::kInternal:
      return kExitInternal;
    default:
      return kExitNoInput;
  }
}

// Of layers that others compute: it lies with them, and another try may do.
inline bool IsAboutHosts(const Error& error) {
  return error.reason == "NO_HOST" || error.reason == "LAYER_LOST" ||
         error.reason == "HOST_REFUSES";
}

// An error of going on from a checkpoint: a configuration that it was not made with is wrong;
// another daemon that has the folder may end, one that computes a layer may come; the rest is the
// disk's.
inline int CheckpointExitCode(const Error& error) {
  if (error.reason == "FOLDER_IN_USE" || IsAboutHosts(error)) return kExitTryAgain;
  if (error.code == Code::kFailedPrecondition) return kExitConfiguration;
  return SourceExitCode(error) == kExitConfiguration ? kExitConfiguration : kExitIo;
}

// An error of beginning to record: as CheckpointExitCode, but that a folder which must not be used
// is what the configuration says.
inline int RecordingExitCode(const Error& error) {
  if (error.reason == "FOLDER_IN_USE") return kExitTryAgain;
  return error.reason == "FOLDER_IS_REPLAYED" ? kExitConfiguration : kExitIo;
}

}  // namespace hypnos
