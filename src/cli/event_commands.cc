// events list, picture, confirm, dismiss
#include <utility>

#include "cli/event_text.h"
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/pictures.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

const Parameter kId = {.name = "ID",
                       .help = "The event, by the number that `events list` shows",
                       .kind = Parameter::Kind::kCount,
                       .least = 0,
                       .most = 18446744073709551615.0,
                       .needed = true};

Result<control::Request> Query(const Session& session) {
  control::Request request;
  control::QueryEventsRequest& query = *request.mutable_query_events();
  const Values& values = session.values();
  const WallTime now = session.surroundings().clock.WallNow();
  if (values.Has("--since")) {
    HYPNOS_ASSIGN_OR_RETURN(const double since, ParseTime(values.Text("--since"), now));
    query.set_since(since);
  }
  if (values.Has("--until")) {
    HYPNOS_ASSIGN_OR_RETURN(const double until, ParseTime(values.Text("--until"), now));
    query.set_until(until);
  }
  query.set_source(values.Text("--source"));
  query.set_limit(static_cast<uint32_t>(values.Count("--limit")));
  return request;
}

Result<control::Request> Resolve(const Session& session, control::Event::Verdict verdict) {
  control::Request request;
  request.mutable_resolve_event()->set_id(session.values().Count("ID"));
  request.mutable_resolve_event()->set_verdict(verdict);
  return request;
}

std::string WhatHappened(const control::Event& event) {
  if (event.kind() != control::Event::UNUSUAL) return Printable(event.message());
  return Format("surprise {:.2f}, {}", event.surprise(), VerdictWord(event.verdict()));
}

std::string ShowResolved(const Session&, const control::Response& response) {
  return EventLine(response.resolve_event().event()) + "\n";
}

Command List() {
  return {
      .words = "events list",
      .summary = "Lists what has happened: cameras lost, learning gone wrong, disks full",
      .example = "events list --since 2h --source door",
      .parameters = {{.name = "--since",
                      .help = "From when on: 90s, 10m, 2h, 3d ago, or 2026-11-25T07:30 in UTC",
                      .value = "TIME"},
                     {.name = "--until", .help = "Until when, likewise", .value = "TIME"},
                     {.name = "--source", .help = "Only of this source", .value = "NAME"},
                     {.name = "--limit",
                      .help = "At most so many, the newest ones; 100 if not given",
                      .kind = Parameter::Kind::kCount,
                      .value = "COUNT",
                      .least = 1,
                      .most = 1000}},
      .request = control::Request::kQueryEvents,
      .ask = Query,
      .show = [](const Session&, const control::Response& response) {
        Table table({">event", "time", "severity", "kind", "source", "what"});
        for (const auto& event : response.query_events().events()) {
          table.Add({Format("{}", event.id()), Utc(event.time()), SeverityWord(event.severity()),
                     KindWords(event.kind()), Printable(event.source()), WhatHappened(event)});
        }
        return table.Text("no events");
      }};
}

std::string PictureFile(const Session& session) {
  return Format("event-{}.jpg", session.values().Count("ID"));
}

Command Picture() {
  return {.words = "events picture",
          .summary = "The peak of an event, as a small picture (JPEG)",
          .example = "events picture 17 --output events",
          .parameters = {kId,
                         {.name = "--output",
                          .help = "Folder for the picture; it is made if it is not there",
                          .kind = Parameter::Kind::kFolder,
                          .value = "FOLDER"}},
          .request = control::Request::kEventPicture,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_event_picture()->set_id(session.values().Count("ID"));
            return request;
          },
          .keep = [](const Session& session, control::Response& response) -> Status {
            const std::string folder = session.values().Text("--output");
            if (folder.empty()) return {};
            std::string& jpeg = *response.mutable_event_picture()->mutable_jpeg();
            return KeepJpeg(folder, PictureFile(session), session.surroundings().files,
                            std::exchange(jpeg, std::string()));
          },
          .show =
              [](const Session& session, const control::Response& response) {
                const std::string folder = session.values().Text("--output");
                if (!folder.empty()) return Format("{}/{}\n", folder, PictureFile(session));
                return Format("{} bytes; --output FOLDER keeps them\n",
                              response.event_picture().jpeg().size());
              }};
}

Command Confirm() {
  return {.words = "events confirm",
          .summary = "Says that an event was worth telling",
          .example = "events confirm 17",
          .parameters = {kId},
          .request = control::Request::kResolveEvent,
          .ask = [](const Session& session) { return Resolve(session, control::Event::CONFIRMED); },
          .show = ShowResolved};
}

Command Dismiss() {
  return {.words = "events dismiss",
          .summary = "Says that an event was nothing",
          .example = "events dismiss 17",
          .parameters = {kId},
          .request = control::Request::kResolveEvent,
          .ask = [](const Session& session) { return Resolve(session, control::Event::DISMISSED); },
          .show = ShowResolved};
}

}  // namespace

std::vector<Command> EventCommands() { return {List(), Picture(), Confirm(), Dismiss()}; }

}  // namespace hypnos::cli
