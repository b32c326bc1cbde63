// hypnosd: watches a stream and learns from it.
#include <sysexits.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "daemon/estimate.h"
#include "daemon/exit_code.h"
#include "hypnos/base/file_system.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/base/version.h"
#include "hypnos/config/load.h"
#include "hypnos/config/print.h"
#include "hypnos/daemon/recorded_config.h"
#include "hypnos/daemon/run.h"

extern char** environ;

namespace {

constexpr const char* kExamples = R"(Examples:
  hypnosd --config configs/demo.yaml --until-end
      watch the demo clip to its end and say what was learned
  hypnosd --config configs/camera.yaml --set sources.0.camera.device=/dev/video2
      watch another camera than the configured one
  hypnosd --config configs/playlist.yaml --until-end --scores scores.csv
      learn from some clips and score others, a row a frame
  hypnosd --config my.yaml --set checkpoint.folder=/var/lib/hypnos/checkpoints
      keep what is learned on disk, and go on from there when started again
  hypnosd --config configs/apart.yaml --set checkpoint.folder=kept
      watch cameras that have nothing to do with each other, by a network each
  hypnosd --config configs/record.yaml --until-end
      record all that is learned from
  hypnosd --replay /var/lib/hypnos/sessions/20261126T031500Z
      learn from that once more, to the same weights, bit for bit
  hypnosd --config my.yaml --check-config
      say what is wrong with a configuration, and nothing else

What is shown of a layer's learning: "3.0 % to learn" is how far its updates from real frames and
from dreams are from cancelling out. Below 0.1 % it is "finished" if it tells at least 55 % of the
probe set's pairs apart (`hypnosctl probe`; without one, if p(real) is at least 0.1 higher for real
frames than for dreams); otherwise they cancel because it "cannot tell them apart".

Exit codes: 0 done, 64 wrong usage, 65 damaged recording, or one that led to other weights,
66 no input, 70 internal error, 74 I/O error, 75 try again, 78 configuration.)";

struct Flags {
  std::string config = "/etc/hypnos/hypnos.yaml";
  std::vector<std::string> sets;
  bool check_config = false;
  bool print_config = false;
  bool until_end = false;
  bool fresh = false;
  std::string replay;
  std::string scores;
  unsigned threads = 0;
  std::string control;
  std::string log_level = "info";
};

// Whoever names the configuration without its flag is told the flag.
std::string Complaint(const CLI::App* app, const CLI::Error& error) {
  const std::vector<std::string> rest = app->remaining();
  const bool names_file = rest.size() == 1 && !rest.front().starts_with('-');
  return CLI::FailureMessage::simple(app, error) +
         (names_file
              ? "A configuration is named with --config " + hypnos::Printable(rest.front()) + "\n"
              : "");
}

void Declare(CLI::App& app, Flags& flags) {
  app.footer(kExamples);
  app.failure_message(Complaint);
  app.set_version_flag("--version", hypnos::VersionLine("hypnosd"));
  app.add_option("--config", flags.config, "Configuration file (YAML)")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_option("--set", flags.sets,
                 "Overrides one key, e.g. --set network.layers.0.units=128; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  app.add_flag(
      "--check-config", flags.check_config,
      "Says what is wrong with the configuration, or about what it takes of memory and disk, and "
      "ends");
  app.add_flag("--print-config", flags.print_config,
               "Prints the configuration in effect, defaults included, secrets masked, and ends");
  app.add_flag("--until-end", flags.until_end, "Ends when every source has ended");
  app.add_flag(
      "--fresh", flags.fresh,
      "Begins anew instead of going on from the newest checkpoint; those there are stay until "
      "newer ones need their place (checkpoint.keep)");
  app.add_option(
         "--replay", flags.replay,
         "Learns once more from this session (a folder that `record` has written), with the "
         "configuration and all commands of that time, and ends")
      ->type_name("FOLDER")
      ->check([](const std::string& path) { return path.empty() ? "names no folder" : ""; })
      ->excludes("--config");
  app.add_option("--scores", flags.scores, "Writes a CSV row for every frame to this file")
      ->type_name("FILE")
      ->check([](const std::string& path) { return path.empty() ? "names no file" : ""; });
  app.add_option("--threads", flags.threads,
                 "Worker threads; 0: one for each core. Results do not depend on it")
      ->check(CLI::Range(0U, 1024U));
  app.add_option("--control", flags.control,
                 "Listens on this Unix socket instead of control.socket; '' listens on none")
      ->type_name("PATH");
  app.add_option("--log-level", flags.log_level, "What is logged, and all that is more severe")
      ->check(CLI::IsMember({"debug", "info", "warning", "error"}))
      ->capture_default_str();
}

std::map<std::string, std::string> Environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const size_t equals = text.find('=');
    // Addressed to scripts/, which may well run the daemon.
    if (text.starts_with("HYPNOS_INSTALL=")) continue;
    if (equals != std::string::npos) variables[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return variables;
}

hypnos::log::Level LevelNamed(const std::string& name) {
  if (name == "debug") return hypnos::log::Level::kDebug;
  if (name == "warning") return hypnos::log::Level::kWarning;
  if (name == "error") return hypnos::log::Level::kError;
  return hypnos::log::Level::kInfo;
}

// What was printed is worth an exit code only if it arrived.
int ExitCodeOfPrinting() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return hypnos::kExitOk;
  std::fprintf(stderr, "cannot write to the standard output: %s\n", std::strerror(errno));
  return hypnos::kExitIo;
}

// Which flags were given whose absence says something else than their default.
struct Given {
  bool config = false;
  bool threads = false;
  bool control = false;
};

// From the file, the environment and the flags; of a recording, from that and the flags.
hypnos::Result<hypnos::config::Config> ReadConfig(const Flags& flags, const Given& given,
                                                  bool* exact) {
  hypnos::PosixFileSystem files;
  hypnos::config::Config config;
  if (flags.replay.empty()) {
    HYPNOS_ASSIGN_OR_RETURN(config,
                            hypnos::config::Load(files, flags.config, {flags.sets, Environment()}));
  } else {
    HYPNOS_ASSIGN_OR_RETURN(auto recorded,
                            hypnos::ReadRecordedConfig(files, flags.replay, flags.sets));
    config = std::move(recorded.config);
    *exact = recorded.other_keys.empty();
  }
  if (given.threads) config.mutable_pipeline()->set_threads(flags.threads);
  if (given.control) config.mutable_control()->set_socket(flags.control);
  return config;
}

int Start(const Flags& flags, const Given& given) {
  hypnos::log::SetLevel(LevelNamed(flags.log_level));
  bool exact = true;
  const auto config = ReadConfig(flags, given, &exact);
  if (!config.ok() && !flags.replay.empty()) {
    std::fprintf(stderr, "--replay: %s\n", hypnos::Printable(config.error().message).c_str());
    return hypnos::ReplayExitCode(config.error());
  }
  if (!config.ok()) {
    const bool nowhere = !given.config && !hypnos::PosixFileSystem().Exists(flags.config);
    std::fprintf(stderr, "%s%s\n", config.error().message.c_str(),
                 nowhere ? "; say with --config FILE which one to use" : "");
    return hypnos::kExitConfiguration;
  }
  if (const auto runnable = hypnos::CheckRunnable(*config); !runnable.ok()) {
    std::fprintf(stderr, "%s: %s\n", flags.config.c_str(), runnable.error().message.c_str());
    return hypnos::kExitConfiguration;
  }
  if (flags.print_config) std::fputs(hypnos::config::Print(*config).c_str(), stdout);
  if (flags.check_config) {
    std::printf("%s: valid\n%s", flags.config.c_str(), hypnos::FootprintText(*config).c_str());
  }
  if (flags.print_config || flags.check_config) return ExitCodeOfPrinting();
  hypnos::RunOptions options = {.until_end = flags.until_end,
                                .scores_path = flags.scores,
                                .config_path = flags.config,
                                .read_config = {},
                                .version = std::string(hypnos::Version()),
                                .fresh = flags.fresh,
                                .replay_path = flags.replay,
                                .replay_is_exact = exact};
  if (flags.replay.empty()) {
    options.read_config = [&] { return ReadConfig(flags, given, &exact); };
  }
  const int code = hypnos::RunDaemon(*config, options);
  const int printed = ExitCodeOfPrinting();
  return code == hypnos::kExitOk ? printed : code;
}

int Main(int argc, char** argv) {
  CLI::App app(
      "hypnosd: watches cameras, clips, texts or series and learns from them while it runs, with "
      "or without labels");
  Flags flags;
  Declare(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_text = error.get_exit_code() == 0;
    app.exit(error);
    return asked_for_text ? ExitCodeOfPrinting() : hypnos::kExitUsage;
  }
  return Start(flags, {.config = app.count("--config") > 0,
                       .threads = app.count("--threads") > 0,
                       .control = app.count("--control") > 0});
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hypnosd: %s\n", error.what());
    return EX_SOFTWARE;
  }
}
