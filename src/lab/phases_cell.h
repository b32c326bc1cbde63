// One cell of the table `phases`: a network of two layers learns labelled images by one rule, with
// so many batches awake before each sleep, and is then judged on the test images.
//
// Label: real data are images with their label in the first ten pixels, negatives the same images
//   with another one. An image's class is the label under which the layers' goodness sums up
//   highest.
// Mask: real data are images as they are, negatives hybrids of two. A softmax read-out, trained
//   beside on what the layers make of the real images, names the class.
// Asleep, negatives are made from the images of the wake phase before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/layer/options.h"
#include "lab/image_set.h"
#include "lab/phase_rules.h"

namespace hypnos::lab {

enum class NegativeKind { kLabel, kMask };

struct PhasesCell {
  NegativeKind negatives = NegativeKind::kLabel;
  LearningRule rule = LearningRule::kInterleaved;
  Order order = Order::kMixed;
  // Batches of a wake and of a sleep phase; not looked at in mixed order.
  size_t wake = 1;
  size_t sleep = 1;
  // Of real data, in all.
  size_t batches = 0;
  uint64_t seed = 1;

  std::vector<size_t> units = {500, 500};
  LearningOptions learning;
  float temperature = 20;
  float peer_normalisation = 0;
  WeightStorage storage = WeightStorage::kFloat32;
};

struct PhasesScore {
  double accuracy = 0;  // shares of the test images, in [0, 1]
  // By the goodness of each layer alone; empty for masks.
  std::vector<double> layer_accuracy;
};

// `go_on` is told about each batch learned; where it says no, the cell ends with kCancelled.
// Precondition: the set has at least kImagesPerBatch training images, and there is no more sleep
// than wake. Errors: FfLayer::Create's.
Result<PhasesScore> RunPhasesCell(const PhasesCell& cell, const ImageSet& set,
                                  const std::function<bool()>& go_on);

}  // namespace hypnos::lab
