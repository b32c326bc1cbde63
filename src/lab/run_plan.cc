#include "lab/run_plan.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "lab/progress.h"

namespace hypnos::lab {
namespace {

std::string Words(const Row& columns, const Row& fields) {
  std::string text;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (fields[i].empty()) continue;
    text += Format("{}{} {}", text.empty() ? "" : ", ", columns[i], fields[i]);
  }
  return text;
}

// Takes cells one after the other until there are none, or somebody has met an error.
class Workers {
 public:
  Workers(const Plan& plan, std::vector<const Cell*> cells, const Interrupt& interrupt,
          Progress& progress, ResultsFile& results)
      : plan_(plan),
        cells_(std::move(cells)),
        interrupt_(interrupt),
        progress_(progress),
        results_(results) {}

  Status Run(size_t threads) {
    {
      std::vector<std::jthread> workers;
      for (size_t i = 1; i < threads; ++i) workers.emplace_back([this] { Work(); });
      Work();
    }
    return error_ ? Status(*error_) : Status();
  }

 private:
  void Work() {
    while (const Cell* cell = Next()) {
      const Result<Row> row = cell->run([this](uint64_t work) {
        progress_.Advance(work);
        return !interrupt_.requested() && !failed_;
      });
      Finish(*cell, row);
    }
  }

  const Cell* Next() {
    const std::lock_guard lock(mutex_);
    if (error_ || next_ == cells_.size()) return nullptr;
    if (interrupt_.requested()) {
      error_ = Error{Code::kCancelled, "INTERRUPTED", "interrupted"};
      return nullptr;
    }
    return cells_[next_++];
  }

  void Finish(const Cell& cell, const Result<Row>& row) {
    const std::lock_guard lock(mutex_);
    if (!row.ok()) return Fail(row.error());
    const Status added = results_.Add(cell.key, *row);
    if (!added.ok()) return Fail(added.error());
    progress_.FinishCell();
    log::Info("{}: {}", Words(plan_.key_columns, cell.key), Words(plan_.result_columns, *row));
  }

  void Fail(const Error& error) {
    failed_ = true;
    if (!error_) error_ = error;
  }

  const Plan& plan_;
  const std::vector<const Cell*> cells_;
  const Interrupt& interrupt_;
  Progress& progress_;
  ResultsFile& results_;
  std::mutex mutex_;
  size_t next_ = 0;
  std::optional<Error> error_;
  std::atomic<bool> failed_ = false;
};

struct Group {
  Row key;
  std::vector<Row> results;
};

std::optional<size_t> SeedColumn(const Plan& plan) {
  const auto found = std::ranges::find(plan.key_columns, "seed");
  if (found == plan.key_columns.end()) return std::nullopt;
  return found - plan.key_columns.begin();
}

Row WithoutSeed(const Plan& plan, Row row) {
  if (const auto seed = SeedColumn(plan)) row.erase(row.begin() + static_cast<ptrdiff_t>(*seed));
  return row;
}

std::vector<Group> GroupBySetting(const Plan& plan, const ResultsFile& results) {
  std::vector<Group> groups;
  for (const Cell& cell : plan.cells) {
    const Row* row = results.Find(cell.key);
    if (row == nullptr) continue;
    const Row key = WithoutSeed(plan, cell.key);
    auto group = std::ranges::find(groups, key, &Group::key);
    if (group == groups.end()) group = groups.insert(group, {key, {}});
    group->results.push_back(*row);
  }
  return groups;
}

std::string Mean(const std::vector<Row>& rows, size_t column) {
  std::vector<double> values;
  for (const Row& row : rows) {
    if (!row[column].empty()) values.push_back(std::strtod(row[column].c_str(), nullptr));
  }
  if (values.empty()) return "";
  const auto count = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / count;
  for (const double value : values) squares += (value - mean) * (value - mean);
  if (values.size() == 1) return Format("{:.2f}", mean);
  return Format("{:.2f} ± {:.2f}", mean, std::sqrt(squares / (count - 1)));
}

std::string Line(const Row& fields) {
  std::string line = "|";
  for (const std::string& field : fields) line += Format(" {} |", field);
  return line + "\n";
}

}  // namespace

Status RunPlan(const Plan& plan, const RunOptions& options, const Clock& clock,
               const Interrupt& interrupt, ResultsFile& results) {
  std::vector<const Cell*> cells;
  uint64_t work = 0;
  for (const Cell& cell : plan.cells) {
    if (results.Find(cell.key) != nullptr) continue;
    cells.push_back(&cell);
    work += cell.work;
  }
  log::Info("{} of {} cells are in '{}' already", plan.cells.size() - cells.size(),
            plan.cells.size(), results.path());
  Progress progress(clock, options.terminal, work, cells.size());
  const size_t threads =
      options.threads > 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  return Workers(plan, cells, interrupt, progress, results).Run(std::min(threads, cells.size()));
}

std::string MeansOverSeeds(const Plan& plan, const ResultsFile& results) {
  const std::vector<Group> groups = GroupBySetting(plan, results);
  if (groups.empty()) return "";
  Row header = WithoutSeed(plan, plan.key_columns);
  header.insert(header.end(), plan.result_columns.begin(), plan.result_columns.end());
  header.emplace_back("seeds");
  std::string text = Line(header) + Line(Row(header.size(), "---"));
  for (const Group& group : groups) {
    Row line = group.key;
    for (size_t i = 0; i < plan.result_columns.size(); ++i) line.push_back(Mean(group.results, i));
    line.push_back(Format("{}", group.results.size()));
    text += Line(line);
  }
  return text;
}

}  // namespace hypnos::lab
