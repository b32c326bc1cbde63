#include "hypnos/sources/source_health.h"

namespace hypnos {

const char* ToString(SourceState state) {
  switch (state) {
    case SourceState::kConnecting:
      return "connecting";
    case SourceState::kLive:
      return "live";
    case SourceState::kStalled:
      return "stalled";
    case SourceState::kLost:
      return "lost";
    case SourceState::kEnded:
      return "ended";
  }
  return "lost";
}

}  // namespace hypnos
