// events list, confirm, dismiss
#include "cli/event_text.h"
#include "cli/figures.h"
#include "cli/groups.h"
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

std::vector<Command> EventCommands() { return {List(), Confirm(), Dismiss()}; }

}  // namespace hypnos::cli
