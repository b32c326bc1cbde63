// Made-up video: a frame depends on the options and its index alone, so two runs, two machines of
// one kind and two rounds see the same bits.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/source.h"
#include "hypnos/sources/source_identity.h"

namespace hypnos {

struct SyntheticSourceOptions {
  enum class Scene {
    kPotato,  // a lumpy, irregular solid that turns in space; BGR
    kGlyphs,  // hand-drawn digits that drift and bounce; grey
    kDigits,  // one large digit after the other, each written anew; grey
  };
  Scene scene = Scene::kPotato;
  int width = 64;
  int height = 64;
  double frame_rate_hz = 25;
  // 0 goes on for ever.
  uint64_t frames = 1000;
  // Potato only.
  double revolutions_per_second = 0.5;
  // Which of the solids; which digits on which paths.
  uint64_t shape = 1;
  // Glyphs only: how many.
  int glyphs = 2;
  // Digits only: for how many frames each is shown.
  int frames_per_digit = 16;
  // Digits only: the digit shown is the label, called "0" to "9"; empty: frames have none.
  std::vector<std::string> label_classes = {};
};

// Errors: kInvalidArgument, naming the option that is out of range; those of labels.h.
Result<std::unique_ptr<Source>> OpenSyntheticSource(const SourceIdentity& identity,
                                                    const SyntheticSourceOptions& options);

}  // namespace hypnos
