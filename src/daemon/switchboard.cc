#include "daemon/switchboard.h"

#include <utility>

#include "daemon/common_answers.h"
#include "daemon/gather.h"
#include "daemon/herald.h"
#include "daemon/history_keeper.h"
#include "daemon/labour.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/print.h"

namespace hypnos {
namespace {

using control::Request;
using control::Response;

// Whose network is asked for by name.
std::string NetworkNamedBy(const Request& request) {
  if (request.has_pause_source()) return request.pause_source().name();
  if (request.has_resume_source()) return request.resume_source().name();
  return SourceNamedBy(request);
}

// Pictures, and what one folder of checkpoints has, are of one network; the rest can be of all.
bool IsAboutOne(const Request& request) {
  switch (request.kind_case()) {
    case Request::kInspectLayer:
    case Request::kDream:
    case Request::kPredict:
    case Request::kSnapshot:
    case Request::kVerifyCheckpoint:
    case Request::kRestoreCheckpoint:
    case Request::kImportCheckpoint:
      return true;
    default:
      return false;
  }
}

std::string NameOf(const Learner& learner) { return learner.config().sources(0).name(); }

Error WhichSource(const std::vector<Learners::Shared>& all) {
  std::string names;
  for (const auto& learner : all) {
    names += Format("{}'{}'", names.empty() ? "" : ", ", Printable(NameOf(*learner)));
  }
  return {Code::kInvalidArgument, "WHICH_SOURCE",
          Format("each source has a network of its own: say whose is meant (hypnosctl: --source "
                 "NAME), of {}",
                 names)};
}

}  // namespace

Switchboard::Switchboard(Parts parts, const config::Config& config)
    : parts_(std::move(parts)), config_(ConfigParts(), config), worker_(kMostWaiting) {}

ConfigInEffect::Parts Switchboard::ConfigParts() {
  return {.read = parts_.read_config,
          .check = [](const config::Config&) { return Status(); },
          .change =
              [this](const auto& gone, const auto& come, const config::Config& next) {
                return parts_.learners.Change(gone, come, next);
              },
          .apply = parts_.apply,
          .events = parts_.events};
}

void Switchboard::Handle(const Request& request, const std::shared_ptr<CallState>& call,
                         Reply reply) {
  const Answer answer(std::move(reply), call);
  if (const auto why = WhyRefused(request, parts_.stopping(), false)) return answer(*why);
  if (AnswerHere(request, answer)) return;
  const auto one = [&](Learner& learner) {
    learner.service().Handle(request, call,
                             [answer](Result<Response> response) { answer(std::move(response)); });
  };
  const std::string source = NetworkNamedBy(request);
  const bool is_named =
      !source.empty() || request.has_pause_source() || request.has_resume_source();
  if (is_named) {
    const Learners::Shared learner = parts_.learners.Find(source);
    return learner == nullptr ? answer(parts_.learners.NotFound(source)) : one(*learner);
  }
  const std::vector<Learners::Shared> all = parts_.learners.All();
  if (all.empty()) return answer(OfNone(request));
  if (all.size() == 1) return one(*all.front());
  if (IsAboutOne(request)) return answer(WhichSource(all));
  AskAll(request, call, all, answer);
}

void Switchboard::AskAll(const Request& request, const std::shared_ptr<CallState>& call,
                         const std::vector<Learners::Shared>& all, const Answer& answer) {
  std::vector<std::string> names;
  names.reserve(all.size());
  for (const auto& learner : all) names.push_back(NameOf(*learner));
  const auto gather = std::make_shared<Gather>(request.kind_case(), std::move(names), answer);
  for (size_t i = 0; i < all.size(); ++i) {
    all[i]->service().Handle(request, call, gather->ReplyOf(i));
  }
}

bool Switchboard::AnswerHere(const Request& request, const Answer& answer) {
  switch (request.kind_case()) {
    case Request::kShutdown:
      Shutdown(answer);
      return true;
    case Request::kQueryEvents:
    case Request::kEventPicture:
    case Request::kResolveEvent:
      answer(AnswerEvents(parts_.events, request));
      return true;
    case Request::kSetLogLevel:
      answer(SetLogLevel(request.set_log_level()));
      return true;
    case Request::kShowConfig:
      answer(ShowConfig());
      return true;
    case Request::kQueryHistory:
      AnswerFromHistory(parts_.history(), request.query_history(), answer);
      return true;
    case Request::kListFleet:
      answer(AnswerFleet(parts_.herald(), request.list_fleet()));
      return true;
    case Request::kAddSource:
      Labour(worker_, answer, "BUSY",
             [this, yaml = request.add_source().yaml()] { return AddSource(yaml); });
      return true;
    case Request::kRemoveSource:
      Labour(worker_, answer, "BUSY",
             [this, name = request.remove_source().name()] { return RemoveSource(name); });
      return true;
    case Request::kReloadConfig:
      Labour(worker_, answer, "BUSY", [this]() -> Result<Response> {
        Response response;
        HYPNOS_ASSIGN_OR_RETURN(*response.mutable_reload_config(), Reload());
        return response;
      });
      return true;
    default:
      return false;
  }
}

Result<Response> Switchboard::AddSource(const std::string& yaml) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string name, config_.AddSource(yaml));
  Response response;
  const Learners::Shared learner = parts_.learners.Find(name);
  if (learner == nullptr) return response;
  for (auto& report : learner->sources().Reports(learner->status())) {
    *response.mutable_add_source()->mutable_source() = std::move(report);
  }
  return response;
}

Result<Response> Switchboard::RemoveSource(const std::string& name) {
  HYPNOS_RETURN_IF_ERROR(config_.RemoveSource(name));
  Response response;
  response.mutable_remove_source();
  return response;
}

Result<Response> Switchboard::ShowConfig() const {
  Response response;
  response.mutable_show_config()->set_yaml(config::Print(config_.Now()));
  return response;
}

// Answered first: the server may be gone soon after.
void Switchboard::Shutdown(const Answer& answer) {
  Response response;
  const bool changed = !parts_.stopping();
  response.mutable_shutdown()->set_changed(changed);
  answer(std::move(response));
  if (changed) parts_.stop();
}

Result<Response> Switchboard::OfNone(const Request& request) const {
  Response response;
  switch (request.kind_case()) {
    case Request::kStatus:
      response.mutable_status()->set_daemon_version(parts_.version);
      response.mutable_status()->set_stopping(parts_.stopping());
      if (const HistoryKeeper* history = parts_.history()) {
        *response.mutable_status()->mutable_history() = history->Report();
      }
      return response;
    case Request::kListSources:
      response.mutable_list_sources();
      return response;
    default:
      return Error{Code::kFailedPrecondition, "NO_NETWORK",
                   "there is no source, and so no network: add one"};
  }
}

Status Switchboard::CheckTopic(control::Topic /*topic*/) { return {}; }

control::Update Switchboard::Sample(const TopicSet& topics) {
  const std::vector<Learners::Shared> all = parts_.learners.All();
  if (all.size() == 1) return all.front()->service().Sample(topics);
  control::Update update;
  for (const auto& learner : all) {
    control::NetworkUpdate& each = *update.add_of_each();
    each.set_source(NameOf(*learner));
    *each.mutable_update() = learner->service().Sample(topics);
    update.mutable_sources()->MergeFrom(each.update().sources());
    each.mutable_update()->clear_sources();
    each.mutable_update()->clear_events();
  }
  if (topics.Has(control::EVENTS) && parts_.events != nullptr) parts_.events->AddNewest(update);
  return update;
}

Result<control::Update> Switchboard::SampleOf(const std::string& source, const TopicSet& topics) {
  const Learners::Shared learner = parts_.learners.Find(source);
  if (learner == nullptr) return parts_.learners.NotFound(source);
  return learner->service().SampleOf(source, topics);
}

}  // namespace hypnos
