// source list, add, remove, pause, resume
#include "cli/groups.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

const Parameter kName = {.name = "NAME", .help = "The source, as configured", .needed = true};

std::string Name(const Session& session) { return session.values().Text("NAME"); }
std::string Shown(const Session& session) { return Printable(Name(session)); }

Command List() {
  return {.words = "source list",
          .summary = "Lists what is watched, and what was lost of it",
          .example = "source list",
          .request = control::Request::kListSources,
          .ask = [](const Session&) -> Result<control::Request> {
            control::Request request;
            request.mutable_list_sources();
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return SourcesText(response.list_sources().sources());
              },
          .shows_each = true};
}

Command Add() {
  return {.words = "source add",
          .summary = "Watches one more source",
          .example = "source add door.yaml",
          // A file and not words on the command line: URLs may hold passwords.
          .parameters = {{.name = "FILE",
                          .help = "YAML of one source, as in the configuration; - reads it from "
                                  "standard input",
                          .kind = Parameter::Kind::kFile,
                          .needed = true}},
          .request = control::Request::kAddSource,
          .ask = [](const Session& session) -> Result<control::Request> {
            const std::string path = session.values().Text("FILE");
            HYPNOS_ASSIGN_OR_RETURN(std::string yaml, session.surroundings().files.ReadFile(
                                                          path == "-" ? "/dev/stdin" : path));
            control::Request request;
            request.mutable_add_source()->set_yaml(std::move(yaml));
            return request;
          },
          .show =
              [](const Session&, const control::Response& response) {
                return Format("watching {}: {}\n", Printable(response.add_source().source().name()),
                              Printable(response.add_source().source().description()));
              }};
}

Command Remove() {
  return {.words = "source remove",
          .summary = "Watches a source no longer",
          .example = "source remove door",
          .parameters = {kName},
          .request = control::Request::kRemoveSource,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_remove_source()->set_name(Name(session));
            return request;
          },
          .show =
              [](const Session& session, const control::Response&) {
                return Format("{} is no longer watched\n", Shown(session));
              }};
}

Command Pause() {
  return {.words = "source pause",
          .summary = "Takes no more frames from a source; a file waits, a camera's are lost",
          .example = "source pause door",
          .parameters = {kName},
          .request = control::Request::kPauseSource,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_pause_source()->set_name(Name(session));
            return request;
          },
          .show =
              [](const Session& session, const control::Response& response) {
                return Format(
                    "{} {}\n", Shown(session),
                    response.pause_source().changed() ? "is paused" : "was paused already");
              }};
}

Command Resume() {
  return {.words = "source resume",
          .summary = "Takes frames from a paused source again",
          .example = "source resume door",
          .parameters = {kName},
          .request = control::Request::kResumeSource,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_resume_source()->set_name(Name(session));
            return request;
          },
          .show =
              [](const Session& session, const control::Response& response) {
                return Format(
                    "{} {}\n", Shown(session),
                    response.resume_source().changed() ? "is watched again" : "was not paused");
              }};
}

}  // namespace

std::vector<Command> SourceCommands() { return {List(), Add(), Remove(), Pause(), Resume()}; }

}  // namespace hypnos::cli
