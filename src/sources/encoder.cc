#include "hypnos/sources/encoder.h"

#include <utility>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

class PictureEncoder final : public Encoder {
 public:
  explicit PictureEncoder(VideoEncoder encoder) : encoder_(std::move(encoder)) {}

  EncodedFrame Encode(const Frame& frame, Planes* planes) override {
    return encoder_.Encode(frame, planes);
  }

  void EncodeHurried(int pace, Planes* planes) override { encoder_.EncodeHurried(pace, planes); }

  // The encoder does not know its size before the first frame, where none is configured.
  PlaneShape ShapeWith(const Frame& first) const override {
    return encoder_.ShapeWith(first.image.width(), first.image.height());
  }

  std::span<const float> changes() const override { return encoder_.changes(); }
  std::vector<ChannelStatistics> channels() const override { return encoder_.state().channels; }
  void ExchangeState(StateArchive& archive) override { encoder_.ExchangeState(archive); }

 private:
  VideoEncoder encoder_;
};

class SymbolEncoder final : public Encoder {
 public:
  explicit SymbolEncoder(const TextEncoderOptions& options) : encoder_(options) {}

  EncodedFrame Encode(const Frame& frame, Planes* planes) override {
    encoder_.Encode(frame, planes);
    return {};
  }
  void EncodeHurried(int /*pace*/, Planes* /*planes*/) override { HYPNOS_CHECK(false); }
  PlaneShape ShapeWith(const Frame& /*first*/) const override { return encoder_.shape(); }
  std::vector<ChannelStatistics> channels() const override { return {}; }
  void ExchangeState(StateArchive& archive) override { encoder_.ExchangeState(archive); }

 private:
  TextEncoder encoder_;
};

class RowEncoder final : public Encoder {
 public:
  explicit RowEncoder(const SeriesEncoderOptions& options) : encoder_(options) {}

  EncodedFrame Encode(const Frame& frame, Planes* planes) override {
    return encoder_.Encode(frame, planes);
  }
  void EncodeHurried(int /*pace*/, Planes* /*planes*/) override { HYPNOS_CHECK(false); }
  PlaneShape ShapeWith(const Frame& first) const override {
    return encoder_.ShapeWith(first.readings.values.size());
  }
  std::vector<ChannelStatistics> channels() const override { return encoder_.channels(); }
  void ExchangeState(StateArchive& archive) override { encoder_.ExchangeState(archive); }

 private:
  SeriesEncoder encoder_;
};

// The table of the kinds: one line each.
struct Maker {
  using Made = Result<std::unique_ptr<Encoder>>;

  Made operator()(const VideoEncoderOptions& options) const {
    HYPNOS_ASSIGN_OR_RETURN(VideoEncoder encoder, VideoEncoder::Create(options));
    return std::unique_ptr<Encoder>(std::make_unique<PictureEncoder>(std::move(encoder)));
  }
  Made operator()(const TextEncoderOptions& options) const {
    return std::unique_ptr<Encoder>(std::make_unique<SymbolEncoder>(options));
  }
  Made operator()(const SeriesEncoderOptions& options) const {
    return std::unique_ptr<Encoder>(std::make_unique<RowEncoder>(options));
  }
};

}  // namespace

Result<std::unique_ptr<Encoder>> MakeEncoder(const EncoderOptions& options) {
  return std::visit(Maker{}, options);
}

}  // namespace hypnos
