// One client's side of the protocol, without a socket: bytes and instants go in; bytes, calls and
// the wish to close come out.
//
//   hello --admitted--> open --error that cannot be recovered from, end of input--> closing
//
// Whoever drives it, after each call that changes something: hands TakeCalls() to the service,
// writes NextOutput() when nothing is being written, reads while wants_input(), closes when
// finished(), and calls OnTime at next_wake(). TakeComplaint() is for the log.
// What is kept is bounded: a message by its cap, answers by not reading on, updates by their
// queues. Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/control/framing.h"
#include "hypnos/control/gate.h"
#include "hypnos/control/service.h"
#include "hypnos/control/subscription.h"

namespace hypnos {

inline constexpr uint32_t kProtocolVersion = 1;

struct SessionLimits {
  uint32_t largest_message_bytes = 1 << 20;
  // Of a client that has not been let in.
  uint32_t largest_hello_bytes = 4 << 10;
  size_t most_requests = 64;
  size_t most_subscriptions = 8;
  // Above so many bytes of answers that the client has not taken, nothing more is read from it.
  size_t most_answer_bytes = 256 << 10;
  Duration hello_within = std::chrono::seconds(10);
  // From the first byte of a message to its last.
  Duration message_within = std::chrono::seconds(30);
};

// What a request needs, from the option beside it in control.proto. NONE where none is written.
control::Access AccessNeeded(const control::Request& request);

class ControlSession {
 public:
  // What sessions share. All must outlive them.
  struct Shared {
    Gate& gate;
    std::function<Status(control::Topic)> check_topic;
    // Errors: those of ControlService::SampleOf.
    std::function<Result<std::shared_ptr<const control::Update>>(const Subject&)> sample;
    std::string daemon_version;
    SessionLimits limits;
  };

  // A request that the service is to answer.
  struct Call {
    uint64_t number = 0;
    control::Request request;
    std::shared_ptr<CallState> state;
  };

  ControlSession(const Shared& shared, Peer peer, Instant now);
  // Calls under way are cancelled.
  ~ControlSession();
  ControlSession(const ControlSession&) = delete;
  ControlSession& operator=(const ControlSession&) = delete;

  void Receive(std::string_view bytes, Instant now);
  // The client will send no more: what it has asked for is still answered.
  void ReceiveEnd();
  void OnTime(Instant now);
  // Without effect for a call that was cancelled or has run out of time.
  void Answer(uint64_t call, Result<control::Response> result);
  // Ends the session once what is under way is written; for a server that stops.
  void Close(const Error& why);

  std::vector<Call> TakeCalls();
  // Bytes to write next; empty: nothing to write now.
  std::string NextOutput();
  bool wants_input() const;
  // Its client was let in, and has not done anything for which it would be left.
  bool open() const { return state_ == State::kOpen; }
  bool closing() const { return state_ == State::kClosing; }
  bool finished() const;
  std::optional<Instant> next_wake() const;
  // Once, a sentence, where the client did something wrong.
  std::optional<std::string> TakeComplaint();

  // Of the token, or what is known without: "alice (uid 1000)".
  std::string who() const;

 private:
  enum class State { kHello, kOpen, kClosing };

  struct Pending {
    uint64_t request_id = 0;
    std::optional<Instant> deadline;
    std::shared_ptr<CallState> state;
  };

  void OnMessage(const std::string& message, Instant now);
  void OnHello(const control::Envelope& envelope, Instant now);
  void OnOpen(const control::Envelope& envelope, Instant now);
  void OnRequest(const control::Envelope& envelope, Instant now);
  Status CheckRequest(const control::Envelope& envelope) const;
  void OnSubscribe(uint64_t request_id, const control::SubscribeRequest& request, Instant now);
  Status CheckSubscribe(const control::SubscribeRequest& request) const;
  void OnCancel(uint64_t request_id);
  // Pushes what is due; one of what there is no more ends.
  void PushDue(Instant now);
  void EndCalls(const std::function<bool(const Pending&)>& which, const Error& why);
  bool InUse(uint64_t request_id) const;

  control::Envelope NewEnvelope(uint64_t request_id) const;
  void Send(const control::Envelope& envelope);
  void SendError(uint64_t request_id, const Error& error);
  // Says why, and ends the session.
  void Break(uint64_t request_id, const Error& error);

  const Shared& shared_;
  const Peer peer_;
  State state_ = State::kHello;
  MessageReader reader_;
  bool input_ended_ = false;
  Instant hello_deadline_;
  std::optional<Instant> message_deadline_;
  uint32_t version_ = kProtocolVersion;
  Gate::Admission admission_;
  std::string client_;

  std::vector<Call> calls_;
  uint64_t last_call_ = 0;
  std::map<uint64_t, Pending> pending_;             // by number of the call
  std::map<uint64_t, Subscription> subscriptions_;  // by request id
  std::string output_;                              // answers that wait
  std::optional<std::string> complaint_;
};

}  // namespace hypnos
