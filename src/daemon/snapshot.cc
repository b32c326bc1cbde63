#include "daemon/snapshot.h"

#include <vector>

#include "daemon/pictures.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// A guess no better than the mean is as surprising as can be.
constexpr float kMostSurprise = 1;

}  // namespace

control::SnapshotResponse SnapshotOf(const Look& look, VideoEncoderOptions::Colour colour) {
  control::SnapshotResponse response;
  response.set_source(look.stream);
  response.set_clip(look.clip);
  response.set_frame(static_cast<uint64_t>(look.frame));
  const Image frame = PictureOf(look.input, look.channels, colour);
  *response.add_pictures() = PngPicture("frame", frame);
  *response.add_pictures() =
      PngPicture("prediction", PictureOf(look.prediction, look.channels, colour));
  if (!look.surprise.empty()) {
    *response.add_pictures() =
        PngMap("surprise", frame, look.surprise, look.rows, look.columns, kMostSurprise);
  }
  if (!look.novelty.empty()) {
    *response.add_pictures() =
        PngMap("novelty", frame, look.novelty, look.rows, look.columns, kMostUnusual);
  }
  for (size_t l = 0; l < look.goodness.size(); ++l) {
    std::vector<float> share = look.goodness[l];
    for (float& goodness : share) goodness /= static_cast<float>(look.layers[l].units);
    // At the threshold the layer is in two minds: half as bright as can be.
    *response.add_pictures() = PngMap(Format("goodness {}", l + 1), frame, share, look.rows,
                                      look.columns, 2 * look.layers[l].threshold_per_unit);
  }
  return response;
}

}  // namespace hypnos
