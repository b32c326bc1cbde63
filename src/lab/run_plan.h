// Runs the cells of a plan that have no results yet, and sums up.
#pragma once

#include <string>

#include "hypnos/base/clock.h"
#include "hypnos/base/result.h"
#include "lab/experiment.h"
#include "lab/interrupt.h"
#include "lab/results_file.h"

namespace hypnos::lab {

struct RunOptions {
  unsigned threads = 1;  // cells at the same time; 0: one for each core
  bool terminal = false;
};

// Each finished cell is in the file before this returns, whatever happens to the others.
// Errors: kCancelled after an interrupt; otherwise the first one of a cell or of writing, after
// which no further cell is begun.
Status RunPlan(const Plan& plan, const RunOptions& options, const Clock& clock,
               const Interrupt& interrupt, ResultsFile& results);

// A table in Markdown: for each setting of the plan the means of its results over the seeds (the
// column `seed`), with the standard deviation where there is more than one, and how many there are.
// Cells without results are left out; where there are no others, the text is empty.
std::string MeansOverSeeds(const Plan& plan, const ResultsFile& results);

}  // namespace hypnos::lab
