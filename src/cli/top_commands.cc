// top
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <utility>

#include "cli/end_signals.h"
#include "cli/groups.h"
#include "cli/top_layout.h"
#include "cli/top_screen.h"
#include "cli/top_state.h"
#include "hypnos/base/format.h"

namespace hypnos::cli {
namespace {

constexpr double kUsualRateHz = 2;

Result<control::Request> Ask(const Session& session) {
  control::Request request;
  control::SubscribeRequest& subscribe = *request.mutable_subscribe();
  for (const auto topic :
       {control::GOODNESS, control::PHASE, control::SOURCES, control::LABELS, control::EVENTS}) {
    subscribe.add_topics(topic);
  }
  subscribe.set_rate_hz(session.values().Has("--rate") ? session.values().Number("--rate")
                                                       : kUsualRateHz);
  return request;
}

// The screen, the keys and the updates, until one of them ends it.
class Top {
 public:
  Top(const Session& session, ControlClient& client) : session_(session), client_(client) {
    state_.daemon = Format("hypnosd {} at {}", client.welcome().daemon_version(), Where());
  }

  Status Subscribe();
  Status Run(TopScreen& screen, const EndSignals& signals);

 private:
  std::string Where() const {
    const ControlEndpoint& endpoint = session_.endpoint();
    if (!endpoint.socket_path.empty()) return endpoint.socket_path;
    return Format("{} port {}", endpoint.host, endpoint.port);
  }
  Status TakeUpdates();
  // False: it is to end.
  bool Press(int key);

  const Session& session_;
  ControlClient& client_;
  TopState state_;
  Duration update_within_{};
};

Status Top::Subscribe() {
  HYPNOS_ASSIGN_OR_RETURN(control::Request request, Ask(session_));
  auto answer = client_.Call(request, session_.patience());
  if (!answer.ok() && answer.error().code == Code::kUnimplemented) {
    // A daemon without events still has all the rest to show.
    state_.events_offered = false;
    request.mutable_subscribe()->mutable_topics()->RemoveLast();
    answer = client_.Call(request, session_.patience());
  }
  if (!answer.ok()) return answer.error();
  update_within_ = FromSeconds(1 / answer->subscribe().rate_hz()) + session_.patience();
  return {};
}

bool Top::Press(int key) {
  if (key == 'q') return false;
  Select(key, &state_);
  const auto request = RequestOf(key, state_);
  if (!request) return true;
  const auto answer = client_.Call(*request, session_.patience());
  state_.message = answer.ok() ? Outcome(*request, *answer) : answer.error().message;
  return true;
}

// Until there are none, so that an error behind them is not waited for.
Status Top::TakeUpdates() {
  while (true) {
    HYPNOS_ASSIGN_OR_RETURN(auto updates, client_.TakeUpdates());
    if (updates.empty()) return {};
    for (control::Update& update : updates) Apply(std::move(update), &state_);
  }
}

Status Top::Run(TopScreen& screen, const EndSignals& signals) {
  const auto patience_ms = static_cast<int>(Seconds(update_within_) * 1000);
  while (true) {
    HYPNOS_RETURN_IF_ERROR(TakeUpdates());
    screen.Draw(TopLines(state_, screen.rows(), screen.columns()));
    pollfd wait[] = {{STDIN_FILENO, POLLIN, 0}, {client_.descriptor(), POLLIN, 0}};
    const int ready = signals.Wait(wait, 2, patience_ms);
    if (EndSignals::came() != 0) return {};
    if (ready == 0) {
      return Error{Code::kDeadlineExceeded, "NO_ANSWER",
                   Format("no update came for {:.3g} s", Seconds(update_within_))};
    }
    for (const int key : screen.Keys()) {
      if (!Press(key)) return {};
    }
    // The terminal was closed.
    if ((wait[0].revents & (POLLHUP | POLLERR)) != 0) return {};
  }
}

Status RunTop(const Session& session) {
  if (session.json()) {
    return Error{Code::kInvalidArgument, "WRONG_USAGE",
                 "top is for people; `hypnosctl watch --json` is for programs"};
  }
  HYPNOS_ASSIGN_OR_RETURN(const auto client, session.Connect());
  Top top(session, *client);
  HYPNOS_RETURN_IF_ERROR(top.Subscribe());
  Status status;
  int signal_number = 0;
  {
    const EndSignals signals;
    HYPNOS_ASSIGN_OR_RETURN(const auto screen, TopScreen::Open());
    status = top.Run(*screen, signals);
    signal_number = EndSignals::came();
  }
  // The terminal is in order: now it may end the program as it would have.
  if (signal_number != 0) raise(signal_number);
  return status;
}

}  // namespace

std::vector<Command> TopCommands() {
  return {{.words = "top",
           .summary = "Shows all of it on the terminal, and takes keys",
           .example = "top --rate 4",
           .parameters = {{.name = "--rate",
                           .help = "Updates a second; 2 if not given",
                           .kind = Parameter::Kind::kNumber,
                           .value = "HZ",
                           .least = 0.001,
                           .most = 100}},
           .request = control::Request::kSubscribe,
           .ask = Ask,
           .run = RunTop}};
}

}  // namespace hypnos::cli
