// config show, reload
#include "cli/groups.h"
#include "cli/lines.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

std::string Keys(const char* title, const google::protobuf::RepeatedPtrField<std::string>& keys) {
  std::string text;
  for (const std::string& key : keys) text += Format("  {}\n", Printable(key));
  return text.empty() ? "" : title + text;
}

Command Show() {
  return {.words = "config show",
          .summary = "Prints all of the configuration in effect, passwords masked, in YAML",
          .example = "config show",
          .request = control::Request::kShowConfig,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_show_config();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return PrintableLines(response.show_config().yaml());
              }};
}

Command Reload() {
  return {.words = "config reload",
          .summary = "Reads the configuration file again and takes over what can be",
          .example = "config reload",
          .timeout_seconds = 60,
          .request = control::Request::kReloadConfig,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_reload_config();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                const control::ReloadConfigResponse& reload = response.reload_config();
                const std::string text = Keys("taken over:\n", reload.changed()) +
                                         Keys("need a restart:\n", reload.need_restart());
                return text.empty() ? std::string("nothing has changed\n") : text;
              }};
}

}  // namespace

std::vector<Command> ConfigCommands() { return {Show(), Reload()}; }

}  // namespace hypnos::cli
