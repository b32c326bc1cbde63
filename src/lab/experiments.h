// Every experiment. A new one: a file, a line in the table, a line in CMakeLists.txt.
#pragma once

#include <memory>
#include <span>

#include "lab/experiment.h"

namespace hypnos::lab {

struct ExperimentEntry {
  const char* name;
  const char* summary;
  std::unique_ptr<Experiment> (*create)();
};

std::span<const ExperimentEntry> Experiments();

}  // namespace hypnos::lab
