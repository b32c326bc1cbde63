// label, log-level, shutdown
#include <array>

#include "cli/groups.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

using Level = control::SetLogLevelRequest;

// In the order of the protocol's numbers, from 1.
constexpr std::array kLevels = {"debug", "info", "warning", "error"};

const char* LevelWord(Level::Level level) {
  return level >= Level::DEBUG && level <= Level::ERROR ? kLevels[level - 1] : "unknown";
}

Command Label() {
  return {
      .words = "label",
      .summary = "Says what is seen now, whatever the source says of it",
      .example = "label \"a visitor\"",
      .parameters = {{.name = "TEXT", .help = "What is seen, one of labels.classes"},
                     {.name = "--none", .help = "Says no more than the source does"},
                     {.name = "--source",
                      .help = "Seen by which source; by all if not given",
                      .value = "NAME"}},
      .request = control::Request::kSetLabel,
      .ask = [](const Session& session) -> Result<control::Request> {
        const Values& values = session.values();
        if (values.Has("TEXT") == values.Has("--none")) {
          return Error{Code::kInvalidArgument, "USAGE", "say which label, or --none, and not both"};
        }
        // To the daemon an empty label is none.
        if (values.Has("TEXT") && values.Text("TEXT").empty()) {
          return Error{Code::kInvalidArgument, "USAGE",
                       "an empty label says nothing: --none takes back what was said"};
        }
        control::Request request;
        request.mutable_set_label()->set_label(values.Text("TEXT"));
        request.mutable_set_label()->set_source(values.Text("--source"));
        return request;
      },
      .show =
          [](const Session& session, const control::Response&) {
            const std::string label = session.values().Text("TEXT");
            if (label.empty()) return std::string("labels are those of the source\n");
            return Format("what is seen is labelled '{}'\n", Printable(label));
          }};
}

Command LogLevel() {
  return {.words = "log-level",
          .summary = "Sets what the daemon logs",
          .example = "log-level debug",
          .parameters = {{.name = "LEVEL",
                          .help = "debug, info, warning or error",
                          .kind = Parameter::Kind::kChoice,
                          .choices = {kLevels.begin(), kLevels.end()},
                          .needed = true}},
          .request = control::Request::kSetLogLevel,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            const std::string word = session.values().Text("LEVEL");
            for (size_t i = 0; i < kLevels.size(); ++i) {
              if (word == kLevels[i]) {
                request.mutable_set_log_level()->set_level(static_cast<Level::Level>(i + 1));
              }
            }
            return request;
          },
          .show =
              [](const Session& session, const control::Response& response) {
                return Format("logs {} and above, before {}\n", session.values().Text("LEVEL"),
                              LevelWord(response.set_log_level().before()));
              }};
}

Command Shutdown() {
  return {.words = "shutdown",
          .summary = "Ends the daemon in order, as the signal TERM does",
          .example = "shutdown",
          .request = control::Request::kShutdown,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_shutdown();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return std::string(response.shutdown().changed() ? "is stopping\n"
                                                                 : "was stopping already\n");
              }};
}

}  // namespace

std::vector<Command> DaemonCommands() { return {Label(), LogLevel(), Shutdown()}; }

}  // namespace hypnos::cli
