#include "hypnos/sources/stream_source.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "hypnos/imaging/video_capture.h"
#include "hypnos/sources/masked_url.h"
#include "sources/live_source.h"

namespace hypnos {
namespace {

// Not all that FFmpeg knows: "file:" or "concat:" in a stream's place would read local files.
constexpr std::array<std::string_view, 6> kSchemes = {"rtsp://",  "rtsps://", "http://",
                                                      "https://", "udp://",   "tcp://"};

bool HasKnownScheme(std::string_view url) {
  return std::ranges::any_of(kSchemes,
                             [url](std::string_view scheme) { return url.starts_with(scheme); });
}

}  // namespace

Result<std::unique_ptr<Source>> OpenStreamSource(const SourceIdentity& identity,
                                                 const StreamSourceOptions& options) {
  const std::string description = Format("stream '{}'", MaskedUrl(options.url));
  if (!HasKnownScheme(options.url)) {
    return InSource(identity, {Code::kInvalidArgument, "BAD_URL",
                               description + " does not begin with rtsp://, rtsps://, http://, "
                                             "https://, udp:// or tcp://"});
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
