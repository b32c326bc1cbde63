// hypnos-lab: the experiments that show what the learning rules are worth.
#include <sysexits.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/clock.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/version.h"
#include "lab/experiments.h"
#include "lab/interrupt.h"
#include "lab/results_file.h"
#include "lab/run_plan.h"

namespace {

using hypnos::lab::Experiment;
using hypnos::lab::LabOptions;
using hypnos::lab::Plan;
using hypnos::lab::ResultsFile;

constexpr const char* kExamples = R"(Examples:
  hypnos-lab phases --scale 0.1
      a tenth of the experiment `phases` with Fashion-MNIST, from Debian's dataset-fashion-mnist
  hypnos-lab phases --data ~/mnist --seeds 3 --out results
      all of it with another data set and three seeds; the results are in results/phases.csv
  hypnos-lab phases --rules deferred,rehearsed --turns 128:128
      only some of its cells; hypnos-lab phases --help tells what else can be chosen

  hypnos-lab next-symbol --data fables.txt --models ngram,corrected
      how many bits a symbol of a text costs whoever counts, and whoever learns

Finished cells are kept in the CSV file, and the same command goes on with the others: Ctrl-C loses
no more than the cell under way. scripts/experiments also draws the results.
Exit codes: 0 done, 64 wrong usage, 66 no or bad input, 70 internal error, 74 I/O error,
75 interrupted: run it again to go on.)";

struct Entry {
  const char* name;
  CLI::App* command;
  std::unique_ptr<Experiment> experiment;
};

void DeclareCommon(CLI::App& app, LabOptions& options) {
  app.add_option(
         "--data", options.data,
         "phases: folder with the four files of MNIST's format, gzipped or not; next-symbol: "
         "text file. May be repeated")
      ->allow_extra_args(false);
  app.add_option("--out", options.out, "Folder for the results, made if it is not there")
      ->capture_default_str();
  app.add_option("--seed", options.seed, "First seed")->capture_default_str();
  app.add_option("--seeds", options.seeds, "How many seeds, one after the other")
      ->check(CLI::Range(1U, 1000U))
      ->capture_default_str();
  app.add_option("--scale", options.scale, "Share of the training that is run, e.g. 0.1")
      ->check(CLI::Range(1e-6, 1.0))
      ->capture_default_str();
  app.add_option(
         "--threads", options.threads,
         "Cells that run at the same time; 0: one for each core. Results do not depend on it")
      ->check(CLI::Range(0U, 1024U))
      ->capture_default_str();
}

std::vector<Entry> Declare(CLI::App& app, LabOptions& options) {
  app.footer(kExamples);
  app.set_version_flag("--version", hypnos::VersionLine("hypnos-lab"));
  app.require_subcommand(1);
  std::vector<Entry> entries;
  for (const auto& row : hypnos::lab::Experiments()) {
    CLI::App* command = app.add_subcommand(row.name, row.summary);
    entries.push_back({row.name, command, row.create()});
    DeclareCommon(*command, options);
    entries.back().experiment->Declare(*command);
  }
  return entries;
}

// What is wrong with the first word, which CLI11 takes for one that is left over.
std::string WrongFirstWord(int argc, char** argv) {
  if (argc < 2) return "";
  const std::string word = argv[1];
  if (word.starts_with('-')) return hypnos::Format("there is no option '{}'", word);
  for (const auto& row : hypnos::lab::Experiments()) {
    if (word == row.name) return "";
  }
  return hypnos::Format("'{}' is no experiment", word);
}

int Fail(const hypnos::Error& error, int code) {
  std::fprintf(stderr, "hypnos-lab: %s\n", error.message.c_str());
  return code;
}

hypnos::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return {};
  return hypnos::Error{hypnos::Code::kUnavailable, "NO_FOLDER",
                       hypnos::Format("cannot make the folder '{}': {}", folder, error.message())};
}

bool IsTerminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

// Of an error that a cell or the writing of its row has met.
int ExitCode(const hypnos::Error& error) {
  switch (error.code) {
    case hypnos::Code::kInvalidArgument:
    case hypnos::Code::kUnimplemented:
      return EX_USAGE;
    default:
      return EX_IOERR;
  }
}

int RunCells(const Plan& plan, const LabOptions& options, ResultsFile& results) {
  const hypnos::SystemClock clock;
  const hypnos::lab::Interrupt interrupt;
  const auto done =
      hypnos::lab::RunPlan(plan, {options.threads, IsTerminal()}, clock, interrupt, results);
  const std::string means = hypnos::lab::MeansOverSeeds(plan, results);
  if (!means.empty()) std::printf("\n%s", means.c_str());
  if (done.ok()) return EX_OK;
  if (done.error().code != hypnos::Code::kCancelled) {
    return Fail(done.error(), ExitCode(done.error()));
  }
  std::fprintf(stderr, "hypnos-lab: interrupted; the same command goes on where it stopped\n");
  return EX_TEMPFAIL;
}

int RunExperiment(const Entry& entry, const LabOptions& options) {
  hypnos::PosixFileSystem files;
  const auto plan = entry.experiment->MakePlan(options, files);
  if (!plan.ok()) return Fail(plan.error(), EX_NOINPUT);
  const auto folder = MakeFolder(options.out);
  if (!folder.ok()) return Fail(folder.error(), EX_IOERR);
  auto results = ResultsFile::Open(files, hypnos::Format("{}/{}.csv", options.out, entry.name),
                                   plan->key_columns, plan->result_columns);
  if (!results.ok()) return Fail(results.error(), EX_NOINPUT);
  std::printf("hypnos-lab %s: %zu cells, seeds %llu to %llu.\n%s", entry.name, plan->cells.size(),
              static_cast<unsigned long long>(options.seed),
              static_cast<unsigned long long>(options.seed + options.seeds - 1),
              plan->configuration.c_str());
  std::fflush(stdout);
  const int code = RunCells(*plan, options, *results);
  if (std::fflush(stdout) == 0 || code != EX_OK) return code;
  std::fprintf(stderr, "hypnos-lab: cannot write to the standard output\n");
  return EX_IOERR;
}

int Run(int argc, char** argv) {
  CLI::App app("hypnos-lab: the experiments that show what the learning rules are worth");
  LabOptions options;
  const std::vector<Entry> entries = Declare(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_text = error.get_exit_code() == 0;
    const std::string wrong = asked_for_text ? "" : WrongFirstWord(argc, argv);
    if (wrong.empty()) {
      app.exit(error);
    } else {
      std::fprintf(stderr, "hypnos-lab: %s; see hypnos-lab --help\n", wrong.c_str());
    }
    return asked_for_text ? EX_OK : EX_USAGE;
  }
  for (const Entry& entry : entries) {
    if (*entry.command) return RunExperiment(entry, options);
  }
  return EX_USAGE;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hypnos-lab: %s\n", error.what());
    return EX_SOFTWARE;
  }
}
