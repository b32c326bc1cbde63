// Negative examples for labelled images: a wrong label, or a hybrid of two images.
// Threads: safe on different Rngs and outputs.
// Source: Hinton 2022, arXiv 2212.13345, sections 3.2 and 3.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hypnos/base/rng.h"

namespace hypnos::lab {

// Overwrites the first kClasses pixels: 1 for the label, 0 for the others.
void EmbedLabel(uint8_t label, std::span<float> pixels);

// Any other label, each as likely.
uint8_t WrongLabel(uint8_t label, Rng& rng);

// Any other label, each as likely as `likely` has it, once the truth is taken out; each as likely
// as the others where that leaves nothing. Shape: likely [kClasses], none negative.
uint8_t LikelyWrongLabel(uint8_t label, std::span<const float> likely, Rng& rng);

// Random masks with large regions of ones and zeros: random bits, blurred again and again with
// (1/4, 1/2, 1/4) in both directions, then cut at 1/2. A hybrid has parts of either image that are
// right by themselves; only what belongs together over longer distances is wrong.
class MaskDrawer {
 public:
  MaskDrawer(size_t height, size_t width);

  // Shape: mask [height x width].
  void Draw(Rng& rng, std::span<float> mask) const;

 private:
  size_t height_;
  size_t width_;
};

// out = mask a + (1 - mask) b; out may be a or b.
void Mix(std::span<const float> mask, std::span<const float> a, std::span<const float> b,
         std::span<float> out);

}  // namespace hypnos::lab
