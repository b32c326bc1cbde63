// hypnos-bench: how fast Hypnos is, and whether its memory grows.
#include <benchmark/benchmark.h>
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/export.h"
#include "bench/families.h"
#include "bench/read_kernel.h"
#include "bench/soak.h"
#include "hypnos/base/version.h"

namespace {

using hypnos::bench::ExportOptions;
using hypnos::bench::FamilyOptions;
using hypnos::bench::FirstError;
using hypnos::bench::SoakOptions;

constexpr const char* kExamples = R"(Examples:
  hypnos-bench --benchmark_list_tests
      name every case
  hypnos-bench --benchmark_filter=Video/stride:16
      only the cases whose names match a regular expression; a leading - excludes instead
  hypnos-bench --benchmark_counters_tabular=true
      one column for each counter: frames/s, CPU time a frame, share of time in each stage
  hypnos-bench --benchmark_format=json --benchmark_out=results.json
      for programs; --benchmark_repetitions=5 for mean and deviation
  hypnos-bench --soak-minutes 20
      no benchmarks: watch the clip for ever again and say by how much memory grows
  hypnos-bench --export folder
      no benchmarks: write weights, inputs and results of the layers' workloads as .npy files

Every flag of Google Benchmark (--benchmark_...) is understood.
Exit codes: 0 done, 64 wrong usage, 66 no input, 74 I/O error.)";

struct Flags {
  FamilyOptions families{.clip = "/usr/share/doc/opencv-doc/examples/data/vtest.avi"};
  SoakOptions soak{.clip = {}, .minutes = 0};
  ExportOptions to_export;
};

void Declare(CLI::App& app, Flags& flags) {
  app.footer(kExamples);
  app.set_version_flag("--version", hypnos::VersionLine("hypnos-bench"));
  app.allow_extras();
  app.add_option("--clip", flags.families.clip, "Video file to watch")->capture_default_str();
  app.add_option("--frames", flags.families.frames, "Frames of each run over the clip")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}))
      ->capture_default_str();
  app.add_option("--soak-minutes", flags.soak.minutes,
                 "Instead of the benchmarks: for so long, sample resident memory once a second")
      ->check(CLI::PositiveNumber);
  app.add_option("--soak-warm-up-seconds", flags.soak.warm_up_seconds,
                 "Time before the first of these samples")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--export", flags.to_export.folder,
                 "Instead of the benchmarks: write what another program needs to compute the same");
  app.add_option("--export-only", flags.to_export.only,
                 "Of this, only what has this in its name, e.g. small or 3x1024/plain");
}

int Fail(const hypnos::Error& error) {
  std::fprintf(stderr, "hypnos-bench: %s\n", error.message.c_str());
  // The flags do not fit together.
  if (error.code == hypnos::Code::kFailedPrecondition) return EX_USAGE;
  return error.code == hypnos::Code::kDataLoss ? EX_IOERR : EX_NOINPUT;
}

int RunExport(const ExportOptions& options) {
  const hypnos::Status done = hypnos::bench::Export(options);
  if (done.ok()) return EX_OK;
  std::fprintf(stderr, "hypnos-bench: %s\n", done.error().message.c_str());
  return done.error().code == hypnos::Code::kNotFound ? EX_USAGE : EX_IOERR;
}

int RunSoak(SoakOptions options, const std::string& clip) {
  options.clip = clip;
  const auto report = hypnos::bench::Soak(options);
  if (!report.ok()) return Fail(report.error());
  std::fputs(hypnos::bench::ToText(*report).c_str(), stdout);
  return EX_OK;
}

// `rest`: what is left for Google Benchmark.
int RunBenchmarks(const FamilyOptions& options, char* program, std::vector<std::string> rest) {
  std::vector<char*> arguments = {program};
  for (std::string& argument : rest) arguments.push_back(argument.data());
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  benchmark::AddCustomContext("vector_instructions", hypnos::bench::VectorInstructions());
  if (count > 1) {
    std::fprintf(stderr, "hypnos-bench: unknown argument '%s'; see hypnos-bench --help\n",
                 arguments[1]);
    return EX_USAGE;
  }
  FirstError error;
  hypnos::bench::RegisterFamilies(options, error);
  const size_t run = benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  if (error) return Fail(*error);
  if (run > 0) return EX_OK;
  std::fprintf(stderr,
               "hypnos-bench: no case has such a name; --benchmark_list_tests names them all\n");
  return EX_USAGE;
}

int Run(int argc, char** argv) {
  CLI::App app("hypnos-bench: how fast Hypnos is, and whether its memory grows");
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_text = error.get_exit_code() == 0;
    app.exit(error);
    return asked_for_text ? EX_OK : EX_USAGE;
  }
  if (!flags.to_export.folder.empty()) return RunExport(flags.to_export);
  if (flags.soak.minutes > 0) return RunSoak(flags.soak, flags.families.clip);
  return RunBenchmarks(flags.families, argv[0], app.remaining());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hypnos-bench: %s\n", error.what());
    return EX_SOFTWARE;
  }
}
