#include "hypnos/sources/stream_source.h"

#include <utility>

#include "hypnos/base/url.h"
#include "hypnos/imaging/video_capture.h"
#include "sources/live_source.h"

namespace hypnos {

Result<std::unique_ptr<Source>> OpenStreamSource(const SourceIdentity& identity,
                                                 const StreamSourceOptions& options) {
  const std::string description = Format("stream '{}'", MaskedUrl(options.url));
  if (!HasStreamScheme(options.url)) {
    return InSource(identity,
                    {Code::kInvalidArgument, "BAD_URL",
                     Format("{} does not begin with {}", description, ListedStreamSchemes())});
  }
  auto capture = OpenStream(options.url);
  if (!capture.ok()) {
    Error error = capture.error();
    error.message = Format("{} {}", description, error.message);
    return InSource(identity, std::move(error));
  }
  const LiveSourceText text{.description = description, .lost_reason = "STREAM_LOST"};
  return std::unique_ptr<Source>(std::make_unique<LiveSource>(identity, text, *std::move(capture)));
}

}  // namespace hypnos
