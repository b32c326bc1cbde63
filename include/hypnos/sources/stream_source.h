// A network stream. Passwords in its URL are masked in every text.
#pragma once

#include <memory>
#include <string>

#include "hypnos/base/result.h"
#include "hypnos/sources/live_options.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct StreamSourceOptions {
  std::string url;  // rtsp://, rtsps://, http://, https://, udp:// or tcp://
  LiveOptions live = {};
};

// Errors: kInvalidArgument, reason BAD_URL. Where it is not to be reconnected to, also
// kUnavailable, reason STREAM_UNAVAILABLE or OPEN_SILENT; of Next: kUnavailable, reason
// STREAM_LOST, where it breaks off; a recording served over the network comes to its end as a file
// does.
Result<std::unique_ptr<Source>> OpenStreamSource(const SourceIdentity& identity,
                                                 const StreamSourceOptions& options);

}  // namespace hypnos
