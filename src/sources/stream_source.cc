#include "hypnos/sources/stream_source.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/url.h"
#include "hypnos/imaging/child_capture.h"
#include "sources/named_error.h"
#include "sources/open_live.h"

namespace hypnos {

Result<std::unique_ptr<Source>> OpenStreamSource(const SourceIdentity& identity,
                                                 const StreamSourceOptions& options) {
  const std::string description = Format("stream '{}'", MaskedUrl(options.url));
  if (!HasStreamScheme(options.url)) {
    return InSource(identity,
                    {Code::kInvalidArgument, "BAD_URL",
                     Format("{} does not begin with {}", description, ListedStreamSchemes())});
  }
  if (options.url.size() > kLongestUrl) {
    return InSource(identity,
                    {Code::kInvalidArgument, "BAD_URL",
                     Format("{} has a URL of more than {} bytes", description, kLongestUrl)});
  }
  auto source = OpenLive(identity, {.description = description, .lost_reason = "STREAM_LOST"},
                         options.live, [url = options.url](const ChildCaptureOptions& child) {
                           return OpenStreamInChild(url, child);
                         });
  if (source.ok()) return source;
  Error error = source.error();
  if (error.reason == "STREAM_UNAVAILABLE") error.message = description + " " + error.message;
  return InSource(identity, std::move(error));
}

}  // namespace hypnos
