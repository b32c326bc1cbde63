// How a frame becomes what the network reads: planes of numbers.
#pragma once

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/state_archive.h"
#include "hypnos/sources/frame.h"
#include "hypnos/sources/series_encoder.h"
#include "hypnos/sources/text_encoder.h"
#include "hypnos/sources/video_encoder.h"
#include "hypnos/tensor/planes.h"

namespace hypnos {

// Threads: thread-compatible. Deterministic.
class Encoder {
 public:
  virtual ~Encoder() = default;

  // Precondition: the frame is of the kind that is encoded, a picture, symbols or a row.
  virtual EncodedFrame Encode(const Frame& frame, Planes* planes) = 0;

  // See VideoEncoder::EncodeHurried. Precondition: pictures are encoded.
  virtual void EncodeHurried(int pace, Planes* planes) = 0;

  // Of the planes, where this is the first frame.
  virtual PlaneShape ShapeWith(const Frame& first) const = 0;

  // See VideoEncoder::changes; empty where no pictures are encoded.
  virtual std::span<const float> changes() const { return {}; }

  // By what each channel was scaled; empty where none is.
  virtual std::vector<ChannelStatistics> channels() const = 0;

  // All that the next frame's planes depend on.
  virtual void ExchangeState(StateArchive& archive) = 0;
};

using EncoderOptions = std::variant<VideoEncoderOptions, TextEncoderOptions, SeriesEncoderOptions>;

// Errors: those of the kind, naming the field.
Result<std::unique_ptr<Encoder>> MakeEncoder(const EncoderOptions& options);

}  // namespace hypnos
