// fleet
#include "cli/figures.h"
#include "cli/groups.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

std::string StateOf(const control::FleetMember& member) {
  if (member.gone()) return Format("gone, {} ago", Span(member.silent_seconds()));
  return Printable(member.phase());
}

std::string ProblemsOf(const control::FleetMember& member) {
  std::string text;
  for (const std::string& problem : member.problems()) {
    text += (text.empty() ? "" : "; ") + Printable(problem);
  }
  return text.empty() ? "-" : text;
}

std::string FleetText(const control::ListFleetResponse& fleet) {
  Table table({"daemon", "on", "state", ">sources", ">frames", ">a second", "up for", "problems"});
  for (const control::FleetMember& member : fleet.members()) {
    table.Add({Printable(member.name()) + (member.self() ? " (this one)" : ""),
               Printable(member.host()), StateOf(member), Format("{}", member.sources()),
               Format("{}", member.frames()), Format("{:.1f}", member.frames_per_second()),
               Span(member.uptime_seconds()), ProblemsOf(member)});
  }
  std::string text = table.Text("nobody has said how it is doing yet\n");
  if (fleet.connected()) return text;
  const std::string why = fleet.why().empty() ? "it is not connected yet" : Printable(fleet.why());
  return text + Format("\nas it was: the broker cannot be reached: {}\n", why);
}

}  // namespace

std::vector<Command> FleetCommands() {
  return {
      {.words = "fleet",
       .summary = "Lists the daemons that publish to the same broker",
       .example = "fleet",
       .request = control::Request::kListFleet,
       .ask = [](const Session&) -> Result<control::Request> {
         control::Request request;
         request.mutable_list_fleet();
         return request;
       },
       .show = [](const Session&,
                  const control::Response& response) { return FleetText(response.list_fleet()); }}};
}

}  // namespace hypnos::cli
