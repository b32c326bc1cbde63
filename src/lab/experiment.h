// What an experiment is: a number of cells, each of which can be run by itself and gives one row of
// results.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hypnos/base/file_system.h"
#include "hypnos/base/result.h"
#include "lab/results_file.h"

namespace CLI {
class App;
}

namespace hypnos::lab {

// What every experiment understands.
struct LabOptions {
  // Folders of data; empty: what the experiment finds without.
  std::vector<std::string> data;
  std::string out = "results";
  uint64_t seed = 1;
  unsigned seeds = 1;
  double scale = 1;
  // Cells that run at the same time; 0: one for each core.
  unsigned threads = 1;
};

// Tells how much of a cell's work has been done since the last call. False: stop.
using GoOn = std::function<bool(uint64_t work)>;

struct Cell {
  Row key;
  uint64_t work = 0;
  // Depends on nothing but the cell: the same bits beside any other cell. kCancelled where it was
  // stopped. Any thread.
  std::function<Result<Row>(const GoOn&)> run;
};

struct Plan {
  // In words, for people: data, epochs, what is kept out.
  std::string configuration;
  Row key_columns;
  Row result_columns;
  std::vector<Cell> cells;
};

class Experiment {
 public:
  virtual ~Experiment() = default;
  // Options of its own.
  virtual void Declare(CLI::App& app) = 0;
  // Called once, with the options set; what the cells refer to lives as long as the experiment.
  // Errors: of the data, in sentences that name the file.
  virtual Result<Plan> MakePlan(const LabOptions& options, FileSystem& files) = 0;
};

}  // namespace hypnos::lab
