// fleet
#include "cli/fleet_text.h"
#include "cli/groups.h"

namespace hypnos::cli {

std::vector<Command> FleetCommands() {
  return {
      {.words = "fleet",
       .summary = "Lists the daemons that publish to the same broker; --fleet is the same",
       .example = "fleet",
       .parameters = {{.name = "NAME",
                       .help = "Only this daemon, with its sources, its layers, and where they are "
                               "computed"},
                      {.name = "--limit",
                       .help = "How many at most: first those in which something is wrong or that "
                               "are gone; all if not given",
                       .kind = Parameter::Kind::kCount,
                       .value = "COUNT",
                       .least = 1,
                       .most = 1000}},
       .request = control::Request::kListFleet,
       .ask = [](const Session& session) -> Result<control::Request> {
         control::Request request;
         control::ListFleetRequest& list = *request.mutable_list_fleet();
         list.set_name(session.values().Text("NAME"));
         list.set_limit(static_cast<uint32_t>(session.values().Count("--limit")));
         return request;
       },
       .show =
           [](const Session& session, const control::Response& response) {
             const control::ListFleetResponse& fleet = response.list_fleet();
             return session.values().Has("NAME") ? MemberText(fleet) : FleetText(fleet);
           }}};
}

}  // namespace hypnos::cli
