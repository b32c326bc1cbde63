// Writes workloads and what came of them, so that another program can check that it computes the
// same before it is timed. For each shape a folder DIR/<shape> with
//   inputs_<lane>.npy                [steps x batch x inputs]
//   weights_<layer>.npy              [units x fan-in], before the first step
//   bias_<layer>.npy                 [units]
// and in it for each rule a folder DIR/<shape>/<rule> with
//   options.json                     what was computed; phases[step][lane] "look" and so on
//   output_<layer>_<lane>.npy        [steps x batch x units], after each step
//   goodness_<layer>_<lane>.npy      [steps x batch]
//   weights_<layer>.npy, bias_…      after the last step, if something was learned
// with layers and lanes counted from 0.
#pragma once

#include <string>

#include "hypnos/base/result.h"

namespace hypnos::bench {

struct ExportOptions {
  std::string folder;
  // Only where "<shape>/<rule>" contains this.
  std::string only;
};

// Makes the folder. Errors: kUnavailable where something cannot be written; kNotFound where
// nothing has such a name.
Status Export(const ExportOptions& options);

}  // namespace hypnos::bench
