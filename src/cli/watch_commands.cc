// watch
#include <algorithm>

#include "cli/event_text.h"
#include "cli/groups.h"
#include "cli/json.h"
#include "cli/watch_text.h"
#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

// As in the protocol, in lower case.
std::vector<std::string> TopicWords() {
  std::vector<std::string> words;
  const auto* topics = control::Topic_descriptor();
  for (int i = 0; i < topics->value_count(); ++i) {
    if (topics->value(i)->number() == control::TOPIC_UNSPECIFIED) continue;
    std::string word = topics->value(i)->name();
    for (char& c : word) c = static_cast<char>(c - 'A' + 'a');
    words.push_back(word);
  }
  return words;
}

// A line has no room for them.
bool IsForPrograms(int topic) {
  return topic == control::PICTURES || topic == control::UNITS || topic == control::DREAMS;
}

Result<control::Request> Ask(const Session& session) {
  control::Request request;
  control::SubscribeRequest& subscribe = *request.mutable_subscribe();
  for (std::string word : session.values().All("TOPIC")) {
    for (char& c : word) c = static_cast<char>(c - 'a' + 'A');
    control::Topic topic = control::TOPIC_UNSPECIFIED;
    control::Topic_Parse(word, &topic);
    subscribe.add_topics(topic);
  }
  if (!session.json() && std::ranges::any_of(subscribe.topics(), IsForPrograms)) {
    return Error{Code::kInvalidArgument, "WRONG_USAGE",
                 "pictures, units and dreams are for programs: ask with --json, or look at them "
                 "with `hypnosctl snapshot`, `hypnosctl layer inspect`, `hypnosctl dream` or on "
                 "the page"};
  }
  subscribe.set_rate_hz(session.values().Number("--rate"));
  subscribe.set_queue_length(static_cast<uint32_t>(session.values().Count("--queue")));
  subscribe.set_source(session.source());
  return request;
}

// An update comes every 1/rate seconds, whether anything has changed or not: where none comes for
// longer than that, and some time for the way, the daemon is gone.
Duration PatienceFor(double rate_hz, Duration patience) {
  return FromSeconds(1 / rate_hz) + patience;
}

bool OnlyEvents(const control::SubscribeRequest& topics) {
  return std::ranges::all_of(topics.topics(), [](int topic) { return topic == control::EVENTS; });
}

// Each update tells the newest events again; each is shown once.
// Returns how many ids between them were never told: an update has only the newest.
uint64_t LeaveOutTold(uint64_t& last_told, control::Update& update) {
  auto& events = *update.mutable_events();
  events.erase(std::remove_if(events.begin(), events.end(),
                              [&](const auto& event) { return event.id() <= last_told; }),
               events.end());
  if (events.empty()) return 0;
  const uint64_t missed = last_told == 0 ? 0 : events.begin()->id() - last_told - 1;
  last_told = events.rbegin()->id();
  return missed;
}

std::string EventLines(const control::Update& update, uint64_t untold) {
  std::string lines;
  if (untold > 0) {
    lines =
        Format("{} events more than an update holds: `hypnosctl events list` has them\n", untold);
  }
  for (const control::Event& event : update.events()) lines += EventLine(event) + "\n";
  return lines;
}

Status Watch(const Session& session) {
  HYPNOS_ASSIGN_OR_RETURN(const control::Request request, Ask(session));
  HYPNOS_ASSIGN_OR_RETURN(const auto client, session.Connect());
  HYPNOS_ASSIGN_OR_RETURN(const control::Response response,
                          client->Call(request, session.patience()));
  const Duration patience = PatienceFor(response.subscribe().rate_hz(), session.patience());
  const uint64_t count = session.values().Count("--count");
  const bool only_events = OnlyEvents(request.subscribe());
  uint64_t dropped = 0, last_event = 0;
  for (uint64_t shown = 0; count == 0 || shown < count;) {
    HYPNOS_ASSIGN_OR_RETURN(control::Update update, client->NextUpdate(patience));
    const uint64_t between = LeaveOutTold(last_event, update);
    // Of one source's events those between may be another's.
    const uint64_t untold = request.subscribe().source().empty() ? between : 0;
    if (only_events && update.events().empty()) continue;
    ++shown;
    const uint64_t missed = update.dropped() - dropped;
    dropped = update.dropped();
    const std::string text = session.json() ? Json(update) + "\n"
                             : only_events  ? EventLines(update, untold)
                                            : WatchLine(request.subscribe(), update, missed) + "\n";
    HYPNOS_RETURN_IF_ERROR(session.Print(text));
  }
  return {};
}

}  // namespace

std::vector<Command> WatchCommands() {
  using Kind = Parameter::Kind;
  return {
      {.words = "watch",
       .summary = "Shows what happens as it happens, a line an update, until interrupted",
       .example = "watch phase goodness --rate 2",
       .parameters = {{.name = "TOPIC",
                       .help =
                           "activity, goodness, phase, sources, events or labels, and for programs "
                           "(--json) pictures, units or dreams; one or more. Events alone: a "
                           "line for each, as it happens",
                       .kind = Kind::kChoice,
                       .choices = TopicWords(),
                       .needed = true,
                       .many = true},
                      kOfNetwork,
                      {.name = "--rate",
                       .help = "Updates a second; 1 if not given",
                       .kind = Kind::kNumber,
                       .value = "HZ",
                       .least = 0.001,
                       .most = 100},
                      {.name = "--queue",
                       .help = "How many updates may wait to be read before the oldest is "
                               "dropped; 16 if not given",
                       .kind = Kind::kCount,
                       .value = "COUNT",
                       .least = 1,
                       .most = 100},
                      {.name = "--count",
                       .help = "Ends after so many updates",
                       .kind = Kind::kCount,
                       .value = "COUNT",
                       .least = 1,
                       .most = 1e18}},
       .request = control::Request::kSubscribe,
       .ask = Ask,
       .run = Watch}};
}

}  // namespace hypnos::cli
