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
  StreamTransport transport = StreamTransport::kAuto;
  // Path of a file with user and password, read at each connect; empty: those of the url.
  std::string credentials_file = "";
};

// Errors: kInvalidArgument, reason BAD_URL; reason CREDENTIALS, with any code, where those cannot
// be used. Where it is not to be reconnected to, also kPermissionDenied, reason LOGIN_REFUSED;
// kUnavailable, reason STREAM_UNAVAILABLE or OPEN_SILENT; of Next: kUnavailable, reason
// STREAM_LOST, where it breaks off; a recording served over the network comes to its end as a file
// does.
Result<std::unique_ptr<Source>> OpenStreamSource(const SourceIdentity& identity,
                                                 const StreamSourceOptions& options);

}  // namespace hypnos
