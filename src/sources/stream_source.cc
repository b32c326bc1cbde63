#include "hypnos/sources/stream_source.h"

#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/url.h"
#include "hypnos/imaging/child_capture.h"
#include "sources/credentials.h"
#include "sources/named_error.h"
#include "sources/open_live.h"

namespace hypnos {
namespace {

// Read anew each time: a password may have been changed.
Result<StreamRequest> RequestOf(const StreamSourceOptions& options) {
  if (options.credentials_file.empty()) return StreamRequest{options.url, options.transport};
  HYPNOS_ASSIGN_OR_RETURN(const Login login, ReadLogin(options.credentials_file));
  HYPNOS_ASSIGN_OR_RETURN(std::string url, WithLogin(options.url, login));
  return StreamRequest{std::move(url), options.transport};
}

}  // namespace

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
  // What cannot be used at all is told at once and not in the night.
  if (const auto request = RequestOf(options); !request.ok()) {
    return InSource(identity, request.error());
  }
  auto source = OpenLive(
      identity, {.description = description, .lost_reason = "STREAM_LOST"}, options.live,
      [options](const ChildCaptureOptions& child) -> Result<std::unique_ptr<VideoCapture>> {
        HYPNOS_ASSIGN_OR_RETURN(const StreamRequest request, RequestOf(options));
        return OpenStreamInChild(request, child);
      });
  if (source.ok()) return source;
  Error error = source.error();
  const bool of_the_stream =
      error.reason == "STREAM_UNAVAILABLE" || error.reason == "LOGIN_REFUSED";
  if (of_the_stream) error.message = description + " " + error.message;
  return InSource(identity, std::move(error));
}

}  // namespace hypnos
