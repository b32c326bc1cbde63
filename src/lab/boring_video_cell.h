// One cell of the experiment `boring-video`: a recurrent network learns labelled images, each held
// still for some steps as a video in which nothing happens, with its label above the top layer.
//
// Real data are images with their label, negatives the same images with another one: any other, or
//   one that a softmax read-out of the first pass upwards holds for likely. Every step learns.
// An image's class is the label under which the goodness of all layers, summed over steps 3 to 5,
// is
//   highest. The read-out, trained beside on what the first pass upwards makes of the images, names
//   a class too.
// Source: Hinton 2022, arXiv 2212.13345, sections 3.3 and 3.4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/layer/options.h"
#include "lab/image_set.h"

namespace hypnos::lab {

// An image settles for so many steps when it is judged, also where fewer were learned.
inline constexpr size_t kJudgedSteps = 12;
// The last of the steps that count.
inline constexpr size_t kAnswerStep = 5;

struct BoringVideoCell {
  size_t batches = 0;
  // Steps of a batch that are learned from.
  size_t steps = 8;
  uint64_t seed = 1;

  // Share of the negatives' labels that are drawn from what the read-out holds for likely.
  float own_share = 0.5f;
  // Images seen in learning are moved by up to so many pixels, each way as likely.
  size_t shift = 0;

  std::vector<size_t> units = {1000, 1000};
  LearningOptions learning;
  float temperature_per_unit = 0.1f;
  float peer_normalisation = 0;
};

// Shares of the images judged that were named wrongly, in [0, 1].
struct BoringVideoScore {
  double error = 0;
  double read_out_error = 0;
  std::vector<double> layer_errors;    // by the goodness of each layer alone
  std::vector<double> error_by_steps;  // [kJudgedSteps], of all layers, after 1, 2, ... steps
};

// Who follows a cell. `learned` is told of each batch; where it says no, the cell ends with
// kCancelled. `judged` is told after each pass over the training images, how many there were and
// the error of the first images judged.
struct BoringVideoWatch {
  std::function<bool()> learned;
  std::function<void(size_t passes, double error)> judged;
};

// Precondition: the set has at least kImagesPerBatch training images. Errors: FfLayer::Create's.
Result<BoringVideoScore> RunBoringVideoCell(const BoringVideoCell& cell, const ImageSet& set,
                                            const BoringVideoWatch& watch);

}  // namespace hypnos::lab
