// checkpoint save, list, verify, restore, import
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

// To write, or read and compare, what a large network weighs.
constexpr double kPatienceSeconds = 300;

const Parameter kName = {.name = "NAME", .help = "The checkpoint; the newest if not given"};

std::string Line(const char* what, const control::Checkpoint& checkpoint) {
  return Format("{} {}: {}, of {}, {}\n", what, Printable(checkpoint.name()),
                Bytes(checkpoint.bytes()), Utc(checkpoint.time()),
                Counted(checkpoint.frames(), "frame") + " seen");
}

Command Save() {
  return {.words = "checkpoint save",
          .summary = "Writes down what was learned",
          .example = "checkpoint save",
          .parameters = {kOfNetwork},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kSaveCheckpoint,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_save_checkpoint()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Line("saved", response.save_checkpoint().checkpoint());
              }};
}

Command List() {
  return {.words = "checkpoint list",
          .summary = "Lists what was written down, the newest first",
          .example = "checkpoint list",
          .parameters = {kOfNetwork},
          .request = control::Request::kListCheckpoints,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_list_checkpoints()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                Table table({"checkpoint", "time", ">size", ">frames seen"});
                for (const auto& one : response.list_checkpoints().checkpoints()) {
                  table.Add({Printable(one.name()), Utc(one.time()), Bytes(one.bytes()),
                             Format("{}", one.frames())});
                }
                return table.Text("no checkpoints yet");
              }};
}

Command Verify() {
  return {.words = "checkpoint verify",
          .summary = "Reads a checkpoint whole and says whether it is undamaged",
          .example = "checkpoint verify",
          .parameters = {kName, kOfOneNetwork},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kVerifyCheckpoint,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_verify_checkpoint()->set_name(session.values().Text("NAME"));
            request.mutable_verify_checkpoint()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Line("undamaged", response.verify_checkpoint().checkpoint());
              }};
}

Command Restore() {
  return {.words = "checkpoint restore",
          .summary = "Goes back to what a checkpoint holds",
          .example = "checkpoint restore",
          .parameters = {kName, kOfOneNetwork},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kRestoreCheckpoint,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_restore_checkpoint()->set_name(session.values().Text("NAME"));
            request.mutable_restore_checkpoint()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Line("restored", response.restore_checkpoint().checkpoint());
              }};
}

Command Import() {
  return {.words = "checkpoint import",
          .summary = "Takes over what fits from a checkpoint of another configuration",
          .example = "checkpoint import",
          .parameters = {kName, kOfOneNetwork},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kImportCheckpoint,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_import_checkpoint()->set_name(session.values().Text("NAME"));
            request.mutable_import_checkpoint()->set_source(session.source());
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                const auto& imported = response.import_checkpoint();
                std::string text = Line("imported", imported.checkpoint());
                for (const auto& taken : imported.taken())
                  text += "  taken: " + Printable(taken) + "\n";
                for (const auto& left : imported.left())
                  text += "  left:  " + Printable(left) + "\n";
                return text;
              }};
}

}  // namespace

std::vector<Command> CheckpointCommands() {
  return {Save(), List(), Verify(), Restore(), Import()};
}

}  // namespace hypnos::cli
