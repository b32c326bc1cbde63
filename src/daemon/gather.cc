#include "daemon/gather.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/errors.h"

namespace hypnos {
namespace {

using control::Response;

void AddStatus(const control::StatusResponse& one, control::StatusResponse* sum) {
  // Of the daemon, and so of each the same.
  sum->set_daemon_version(one.daemon_version());
  sum->set_uptime_seconds(std::max(sum->uptime_seconds(), one.uptime_seconds()));
  sum->set_stopping(one.stopping());
  sum->set_clients(one.clients());
  if (one.has_history()) *sum->mutable_history() = one.history();
  sum->set_frames(sum->frames() + one.frames());
  sum->set_dream_steps(sum->dream_steps() + one.dream_steps());
  sum->set_frames_per_second(sum->frames_per_second() + one.frames_per_second());
  sum->mutable_sources()->MergeFrom(one.sources());
}

// Field `changed`, where the answer has one.
void AddChanged(const google::protobuf::Message& one, google::protobuf::Message* sum) {
  const auto* changed = one.GetDescriptor()->FindFieldByName("changed");
  if (changed == nullptr || changed->is_repeated()) return;
  if (one.GetReflection()->GetBool(one, changed)) sum->GetReflection()->SetBool(sum, changed, true);
}

void Add(const Response& one, Response* sum) {
  if (one.has_status()) return AddStatus(one.status(), sum->mutable_status());
  if (one.has_list_sources()) {
    sum->mutable_list_sources()->mutable_sources()->MergeFrom(one.list_sources().sources());
  }
  const auto* kind = Response::descriptor()->FindFieldByNumber(one.kind_case());
  if (kind == nullptr) return;
  const auto& reflection = *Response::GetReflection();
  AddChanged(reflection.GetMessage(one, kind), reflection.MutableMessage(sum, kind));
}

// One sentence, where all say the same; otherwise each with its source.
Error AllFailed(const std::vector<std::string>& sources,
                const std::vector<Result<Response>>& answers) {
  Error error = answers.front().error();
  const bool same = std::ranges::all_of(
      answers, [&](const auto& answer) { return answer.error().message == error.message; });
  if (same) return error;
  error.message.clear();
  for (size_t i = 0; i < answers.size(); ++i) {
    error.message += Format("{}source '{}': {}", i == 0 ? "" : "; ", Printable(sources[i]),
                            answers[i].error().message);
  }
  return error;
}

}  // namespace

Result<Response> Together(control::Request::KindCase kind, const std::vector<std::string>& sources,
                          const std::vector<Result<Response>>& answers) {
  HYPNOS_CHECK(!answers.empty() && answers.size() == sources.size());
  if (std::ranges::none_of(answers, [](const auto& answer) { return answer.ok(); })) {
    return AllFailed(sources, answers);
  }
  Response sum;
  // Also where it has nothing to say.
  Response::GetReflection()->MutableMessage(
      &sum, Response::descriptor()->FindFieldByNumber(static_cast<int>(kind)));
  for (size_t i = 0; i < answers.size(); ++i) {
    control::NetworkResponse& each = *sum.add_of_each();
    each.set_source(sources[i]);
    if (answers[i].ok()) {
      Add(*answers[i], &sum);
      *each.mutable_response() = *answers[i];
    } else {
      *each.mutable_error() = ToProto(answers[i].error());
    }
  }
  return sum;
}

Gather::Gather(control::Request::KindCase kind, std::vector<std::string> sources, Answer answer)
    : kind_(kind),
      sources_(std::move(sources)),
      answer_(std::move(answer)),
      answers_(sources_.size()),
      missing_(sources_.size()) {}

Reply Gather::ReplyOf(size_t place) {
  return [self = shared_from_this(), place](Result<Response> response) {
    self->Take(place, std::move(response));
  };
}

void Gather::Take(size_t place, Result<Response> response) {
  {
    const std::lock_guard lock(mutex_);
    answers_[place] = std::move(response);
    if (--missing_ > 0) return;
  }
  std::vector<Result<Response>> all;
  all.reserve(answers_.size());
  for (auto& one : answers_) all.push_back(*std::move(one));
  answer_(Together(kind_, sources_, all));
}

}  // namespace hypnos
