#include "pipeline/copy_look.h"

#include <new>

namespace hypnos {
namespace {

void CopyActivity(Network& network, Lane real, Look& look) {
  network.Save(real, look.state);
  for (size_t l = 0; l < network.layer_count(); ++l) {
    const auto goodness = network.goodness(real, l);
    look.goodness.emplace_back(goodness.begin(), goodness.end());
    look.layers.push_back(network.layer(l).options());
  }
}

void CopyWeights(Network& network, const LookParts& parts, Look& look) {
  if (parts.weights || parts.weights_of) network.PullLayers();
  for (size_t l = 0; l < network.layer_count(); ++l) {
    if (parts.weights || parts.weights_of == l) {
      look.parameters.push_back(network.layer(l).parameters());
    } else if (parts.weights_of) {
      look.parameters.emplace_back();
    }
  }
  if (parts.weights) look.generator = network.generator().weights();
}

void CopyPicture(const LookSubject& subject, Look& look) {
  const Network& network = subject.network;
  look.input.Resize(look.shape);
  look.prediction.Resize(look.shape);
  const Stream& stream = subject.stream;
  network.grid().Average(network.input(stream.lane(Lane::kReal), stream.real_ticks), look.input);
  network.grid().Average(network.prediction(stream.lane(Lane::kReal)), look.prediction);
  look.surprise = stream.surprise;
  // Novelty's map stays that of the last frame that could be judged.
  if (stream.novelty != nullptr && !stream.surprise.empty()) {
    const auto map = stream.novelty->map();
    look.novelty.assign(map.begin(), map.end());
  }
}

// A few are enough to dream with, and each is as large as a frame. Of small frames more are taken:
// how far a series is expected to stray is told by them.
void CopyResiduals(const Stream& stream, Rng& rng, Look& look) {
  constexpr size_t kSmallFrame = 4096;
  const int count = look.shape.size() <= kSmallFrame ? 64 : 8;
  const ResidualMemory& memory =
      stream.residuals.empty() ? stream.held_out_residuals : stream.residuals;
  if (memory.empty()) return;
  for (int i = 0; i < count; ++i) look.residuals.push_back(memory.Draw(rng));
}

}  // namespace

Result<Look> CopyLook(const LookSubject& subject, const LookParts& parts, Rng rng) try {
  Look look;
  look.options = subject.options;
  look.steps_per_frame = subject.steps_per_frame;
  look.shape = subject.network.grid().frame();
  look.rows = subject.network.grid().rows();
  look.columns = subject.network.grid().columns();
  look.stream = subject.stream.name;
  look.clip = subject.stream.clip;
  look.frame = subject.stream.frame;
  if (const auto& place = subject.stream.source_place;
      place != nullptr && place->series != nullptr) {
    look.column_names = place->series->columns;
  }
  CopyActivity(subject.network, subject.stream.lane(Lane::kReal), look);
  CopyWeights(subject.network, parts, look);
  if (parts.picture || parts.dream) look.channels = subject.stream.encoder->channels();
  if (parts.picture) CopyPicture(subject, look);
  if (parts.residuals) CopyResiduals(subject.stream, rng, look);
  return look;
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               "there is not enough memory to copy what is to be looked at"};
}

}  // namespace hypnos
