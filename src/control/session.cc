#include "hypnos/control/session.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/control/errors.h"

namespace hypnos {
namespace {

namespace pb = control;

constexpr uint32_t kLongestDeadlineMs = 3600 * 1000;
constexpr size_t kMostClientNameBytes = 100;
// Updates are put together into writes of about this size.
constexpr size_t kWriteBytes = 16 << 10;

constexpr double kSlowestRateHz = 0.001, kFastestRateHz = 100, kUsualRateHz = 1;
constexpr uint32_t kLongestQueue = 100, kUsualQueue = 16;

const google::protobuf::FieldDescriptor* FieldOf(const pb::Request& request) {
  return request.GetDescriptor()->FindFieldByNumber(request.kind_case());
}

Error Wrong(const char* reason, std::string sentence) {
  return {Code::kInvalidArgument, reason, std::move(sentence)};
}

double RateOf(const pb::SubscribeRequest& request) {
  return request.rate_hz() == 0 ? kUsualRateHz : request.rate_hz();
}

uint32_t QueueOf(const pb::SubscribeRequest& request) {
  return request.queue_length() == 0 ? kUsualQueue : request.queue_length();
}

}  // namespace

pb::Access AccessNeeded(const pb::Request& request) {
  const auto* field = FieldOf(request);
  return field == nullptr ? pb::NONE : field->options().GetExtension(pb::access);
}

ControlSession::ControlSession(const Shared& shared, Peer peer, Instant now)
    : shared_(shared),
      peer_(std::move(peer)),
      reader_(std::min(shared.limits.largest_hello_bytes, shared.limits.largest_message_bytes)),
      hello_deadline_(now + shared.limits.hello_within) {}

ControlSession::~ControlSession() {
  for (auto& [number, pending] : pending_) pending.state->Cancel();
}

std::string ControlSession::who() const {
  if (admission_.holder.empty()) return peer_.name;
  return Format("{} ({})", Printable(admission_.holder), peer_.name);
}

void ControlSession::Receive(std::string_view bytes, Instant now) {
  if (state_ == State::kClosing) return;
  reader_.Append(bytes);
  while (state_ != State::kClosing) {
    auto message = reader_.Next();
    if (!message.ok()) return Break(0, message.error());
    if (!*message) break;
    message_deadline_.reset();
    OnMessage(**message, now);
  }
  if (!reader_.in_the_middle()) {
    message_deadline_.reset();
  } else if (!message_deadline_) {
    message_deadline_ = now + shared_.limits.message_within;
  }
}

void ControlSession::ReceiveEnd() {
  input_ended_ = true;
  subscriptions_.clear();
  message_deadline_.reset();
  if (reader_.in_the_middle() && state_ != State::kClosing) {
    complaint_ = "the connection ended in the middle of a message";
    state_ = State::kClosing;
  }
}

void ControlSession::OnMessage(const std::string& message, Instant now) {
  pb::Envelope envelope;
  if (!envelope.ParseFromString(message)) {
    return Break(0, Wrong("NOT_AN_ENVELOPE", "what came is no envelope of this protocol"));
  }
  if (state_ == State::kHello) {
    OnHello(envelope, now);
  } else {
    OnOpen(envelope, now);
  }
}

void ControlSession::OnHello(const pb::Envelope& envelope, Instant now) {
  const uint64_t id = envelope.request_id();
  if (!envelope.has_hello()) {
    return Break(id, Wrong("HELLO_NEEDED", "the first message of a client must be a hello"));
  }
  const pb::Hello& hello = envelope.hello();
  client_ = Printable(hello.client().substr(0, kMostClientNameBytes));
  if (hello.oldest_version() > kProtocolVersion || hello.newest_version() < kProtocolVersion) {
    return Break(id, {Code::kUnimplemented, "NO_COMMON_VERSION",
                      Format("this daemon speaks version {} of the protocol, and the client {} to "
                             "{}: use a hypnosctl of the daemon's version, {}",
                             kProtocolVersion, hello.oldest_version(), hello.newest_version(),
                             shared_.daemon_version)});
  }
  auto admitted = shared_.gate.Admit(hello.token(), peer_, now);
  if (!admitted.ok()) return Break(id, admitted.error());
  admission_ = std::move(admitted).value();
  state_ = State::kOpen;
  reader_.SetLargest(shared_.limits.largest_message_bytes);

  pb::Envelope answer = NewEnvelope(id);
  pb::Welcome& welcome = *answer.mutable_welcome();
  welcome.set_version(version_);
  welcome.set_access(admission_.access);
  welcome.set_daemon_version(shared_.daemon_version);
  welcome.set_largest_message_bytes(shared_.limits.largest_message_bytes);
  welcome.set_most_requests(static_cast<uint32_t>(shared_.limits.most_requests));
  Send(answer);
}

void ControlSession::OnOpen(const pb::Envelope& envelope, Instant now) {
  const uint64_t id = envelope.request_id();
  if (envelope.version() != version_) {
    return Break(id, Wrong("WRONG_VERSION", Format("version {} was agreed on, and a message has "
                                                   "version {}",
                                                   version_, envelope.version())));
  }
  switch (envelope.body_case()) {
    case pb::Envelope::kRequest:
      return OnRequest(envelope, now);
    case pb::Envelope::kCancel:
      return OnCancel(id);
    case pb::Envelope::BODY_NOT_SET:
      return SendError(id, {Code::kUnimplemented, "UNKNOWN_MESSAGE",
                            "this daemon does not know this kind of message"});
    default:
      return Break(id, Wrong("NOT_FOR_SERVERS", "a client sends a hello, requests and cancels"));
  }
}

bool ControlSession::InUse(uint64_t request_id) const {
  return subscriptions_.contains(request_id) ||
         std::ranges::any_of(
             pending_, [&](const auto& entry) { return entry.second.request_id == request_id; });
}

Status ControlSession::CheckRequest(const pb::Envelope& envelope) const {
  const uint64_t id = envelope.request_id();
  const auto* field = FieldOf(envelope.request());
  if (id == 0) return Wrong("NO_REQUEST_ID", "a request needs a request_id other than 0");
  if (InUse(id)) {
    return Wrong("REQUEST_ID_IN_USE", Format("request {} is still under way", id));
  }
  if (field == nullptr) {
    return Error{
        Code::kUnimplemented, "UNKNOWN_REQUEST",
        Format("this daemon, version {}, does not know this request", shared_.daemon_version)};
  }
  const pb::Access needed = field->options().GetExtension(pb::access);
  if (needed == pb::NONE || needed > admission_.access) {
    return Error{Code::kPermissionDenied, "CONTROL_NEEDED",
                 Format("{} needs a token with the role control, and {} may only look",
                        field->name(), who())};
  }
  if (envelope.deadline_ms() > kLongestDeadlineMs) {
    return Wrong("DEADLINE_TOO_LONG",
                 Format("a deadline of {} ms is longer than an hour", envelope.deadline_ms()));
  }
  if (pending_.size() >= shared_.limits.most_requests) {
    return Error{Code::kResourceExhausted, "TOO_MANY_REQUESTS",
                 Format("{} requests are under way; wait for an answer", pending_.size())};
  }
  return {};
}

void ControlSession::OnRequest(const pb::Envelope& envelope, Instant now) {
  const uint64_t id = envelope.request_id();
  if (const Status status = CheckRequest(envelope); !status.ok()) {
    return SendError(id, status.error());
  }
  if (envelope.request().has_subscribe()) {
    return OnSubscribe(id, envelope.request().subscribe(), now);
  }
  Pending pending{id, std::nullopt, std::make_shared<CallState>()};
  if (envelope.deadline_ms() > 0) {
    pending.deadline = now + std::chrono::milliseconds(envelope.deadline_ms());
  }
  calls_.push_back({++last_call_, envelope.request(), pending.state});
  pending_.emplace(last_call_, std::move(pending));
}

Status ControlSession::CheckSubscribe(const pb::SubscribeRequest& request) const {
  if (request.topics().empty()) return Wrong("NO_TOPICS", "a subscription needs a topic");
  for (const int topic : request.topics()) {
    if (!pb::Topic_IsValid(topic) || topic == pb::TOPIC_UNSPECIFIED) {
      return Error{Code::kUnimplemented, "UNKNOWN_TOPIC",
                   Format("this daemon does not know topic {}", topic)};
    }
    HYPNOS_RETURN_IF_ERROR(shared_.check_topic(static_cast<pb::Topic>(topic)));
  }
  const double rate = RateOf(request);
  if (!(rate >= kSlowestRateHz && rate <= kFastestRateHz)) {
    return Wrong("RATE_OUT_OF_RANGE", Format("a rate of {} Hz is not between {} and {}", rate,
                                             kSlowestRateHz, kFastestRateHz));
  }
  if (QueueOf(request) > kLongestQueue) {
    return Wrong("QUEUE_TOO_LONG", Format("a queue of {} updates is longer than {}",
                                          QueueOf(request), kLongestQueue));
  }
  if (subscriptions_.size() >= shared_.limits.most_subscriptions) {
    return Error{Code::kResourceExhausted, "TOO_MANY_SUBSCRIPTIONS",
                 Format("there are {} subscriptions; cancel one", subscriptions_.size())};
  }
  return {};
}

void ControlSession::OnSubscribe(uint64_t request_id, const pb::SubscribeRequest& request,
                                 Instant now) {
  if (const Status status = CheckSubscribe(request); !status.ok()) {
    return SendError(request_id, status.error());
  }
  Subject subject{.source = request.source()};
  for (const int topic : request.topics()) subject.topics.Add(static_cast<pb::Topic>(topic));
  if (!subject.source.empty()) {
    if (const auto there = shared_.sample(subject); !there.ok()) {
      return SendError(request_id, there.error());
    }
  }
  subscriptions_.emplace(
      request_id,
      Subscription(std::move(subject), FromSeconds(1 / RateOf(request)), QueueOf(request), now));
  pb::Envelope answer = NewEnvelope(request_id);
  pb::SubscribeResponse& response = *answer.mutable_response()->mutable_subscribe();
  response.set_rate_hz(RateOf(request));
  response.set_queue_length(QueueOf(request));
  Send(answer);
  OnTime(now);
}

void ControlSession::OnCancel(uint64_t request_id) {
  const Error cancelled{Code::kCancelled, "CANCELLED", "cancelled by the client"};
  if (subscriptions_.erase(request_id) > 0) return SendError(request_id, cancelled);
  EndCalls([&](const Pending& pending) { return pending.request_id == request_id; }, cancelled);
}

void ControlSession::EndCalls(const std::function<bool(const Pending&)>& which, const Error& why) {
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (!which(it->second)) {
      ++it;
      continue;
    }
    it->second.state->Cancel();
    const uint64_t number = it->first;
    std::erase_if(calls_, [&](const Call& call) { return call.number == number; });
    SendError(it->second.request_id, why);
    it = pending_.erase(it);
  }
}

void ControlSession::OnTime(Instant now) {
  if (state_ == State::kClosing) return;
  if (state_ == State::kHello && now >= hello_deadline_) {
    return Break(0,
                 {Code::kDeadlineExceeded, "NO_HELLO",
                  Format("no hello came within {:.0f} s", Seconds(shared_.limits.hello_within))});
  }
  if (message_deadline_ && now >= *message_deadline_) {
    return Break(0, {Code::kDeadlineExceeded, "HALF_A_MESSAGE",
                     Format("a message was begun and not ended within {:.0f} s",
                            Seconds(shared_.limits.message_within))});
  }
  EndCalls([&](const Pending& p) { return p.deadline && now >= *p.deadline; },
           {Code::kDeadlineExceeded, "DEADLINE_EXCEEDED",
            "it was not done within the deadline of the request"});
  PushDue(now);
}

void ControlSession::PushDue(Instant now) {
  for (auto it = subscriptions_.begin(); it != subscriptions_.end();) {
    auto& [id, subscription] = *it;
    if (now < subscription.due()) {
      ++it;
      continue;
    }
    auto update = shared_.sample(subscription.subject());
    if (update.ok()) {
      subscription.Push(*std::move(update), now);
      ++it;
    } else {
      SendError(id, update.error());
      it = subscriptions_.erase(it);
    }
  }
}

void ControlSession::Answer(uint64_t call, Result<pb::Response> result) {
  const auto found = pending_.find(call);
  if (found == pending_.end()) return;
  const uint64_t id = found->second.request_id;
  pending_.erase(found);
  if (!result.ok()) return SendError(id, result.error());
  pb::Envelope envelope = NewEnvelope(id);
  *envelope.mutable_response() = std::move(result).value();
  Send(envelope);
}

void ControlSession::Close(const Error& why) {
  if (state_ == State::kClosing) return;
  EndCalls([](const Pending&) { return true; }, why);
  SendError(0, why);
  state_ = State::kClosing;
}

std::vector<ControlSession::Call> ControlSession::TakeCalls() { return std::exchange(calls_, {}); }

std::string ControlSession::NextOutput() {
  std::string bytes = std::exchange(output_, {});
  if (state_ != State::kOpen) return bytes;
  for (auto& [id, subscription] : subscriptions_) {
    while (!subscription.empty() && bytes.size() < kWriteBytes) {
      pb::Envelope envelope = NewEnvelope(id);
      *envelope.mutable_update() = subscription.Pop();
      bytes += Framed(envelope.SerializeAsString());
    }
  }
  return bytes;
}

bool ControlSession::wants_input() const {
  return state_ != State::kClosing && !input_ended_ &&
         output_.size() < shared_.limits.most_answer_bytes;
}

bool ControlSession::finished() const {
  if (!output_.empty()) return false;
  return state_ == State::kClosing || (input_ended_ && pending_.empty());
}

std::optional<Instant> ControlSession::next_wake() const {
  std::optional<Instant> next;
  const auto consider = [&](Instant at) {
    if (!next || at < *next) next = at;
  };
  if (state_ == State::kClosing) return next;
  if (state_ == State::kHello) consider(hello_deadline_);
  if (message_deadline_) consider(*message_deadline_);
  for (const auto& [number, pending] : pending_) {
    if (pending.deadline) consider(*pending.deadline);
  }
  for (const auto& [id, subscription] : subscriptions_) consider(subscription.due());
  return next;
}

std::optional<std::string> ControlSession::TakeComplaint() {
  return std::exchange(complaint_, std::nullopt);
}

pb::Envelope ControlSession::NewEnvelope(uint64_t request_id) const {
  pb::Envelope envelope;
  envelope.set_version(version_);
  envelope.set_request_id(request_id);
  return envelope;
}

void ControlSession::Send(const pb::Envelope& envelope) {
  output_ += Framed(envelope.SerializeAsString());
}

void ControlSession::SendError(uint64_t request_id, const Error& error) {
  pb::Envelope envelope = NewEnvelope(request_id);
  *envelope.mutable_error() = ToProto(error);
  Send(envelope);
}

void ControlSession::Break(uint64_t request_id, const Error& error) {
  EndCalls([](const Pending&) { return true; }, error);
  SendError(request_id, error);
  subscriptions_.clear();
  state_ = State::kClosing;
  complaint_ = error.message;
}

}  // namespace hypnos
