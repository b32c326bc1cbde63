// A session on a bench: what a client would send goes in, what it would receive comes out.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/control/framing.h"
#include "hypnos/control/session.h"

namespace hypnos {

// What sessions share, with an update that counts how often it was asked for.
struct SessionBench {
  SessionBench() {
    gate.SetTokens(*Tokens::Parse(TokenLine(control::VIEW, "wall", "look") + "\n" +
                                      TokenLine(control::CONTROL, "alice", "do"),
                                  "tokens"));
  }

  Gate gate;
  int samples = 0;
  std::string source = "door";  // the only one there is
  ControlSession::Shared shared{
      .gate = gate,
      .check_topic = [](control::Topic topic) -> Status {
        if (topic != control::EVENTS) return {};
        return Error{Code::kUnimplemented, "NO_EVENTS", "there are no events yet"};
      },
      .sample = [this](const Subject& subject) -> Result<std::shared_ptr<const control::Update>> {
        if (!subject.source.empty() && subject.source != source) {
          return Error{Code::kNotFound, "SOURCE_NOT_FOUND", "there is no such source"};
        }
        auto update = std::make_shared<control::Update>();
        update->mutable_phase()->set_step(static_cast<uint64_t>(++samples));
        return std::shared_ptr<const control::Update>(std::move(update));
      },
      .daemon_version = "1.2.3",
      .limits = {}};
};

class TestClient {
 public:
  explicit TestClient(SessionBench& bench, control::Access without_token = control::CONTROL)
      : session(bench.shared, {"uid 7", "uid 7", without_token}, Instant{}) {}

  // Of a client that says hello as it should.
  void Greet(const std::string& token = "") {
    control::Envelope envelope;
    envelope.set_version(1);
    envelope.set_request_id(1);
    envelope.mutable_hello()->set_oldest_version(1);
    envelope.mutable_hello()->set_newest_version(1);
    envelope.mutable_hello()->set_token(token);
    Send(envelope);
  }

  void Send(const control::Envelope& envelope) { SendBytes(Framed(envelope.SerializeAsString())); }
  void SendBytes(std::string_view bytes) { session.Receive(bytes, now); }

  void Ask(uint64_t id, const control::Request& request, uint32_t deadline_ms = 0) {
    control::Envelope envelope;
    envelope.set_version(1);
    envelope.set_request_id(id);
    envelope.set_deadline_ms(deadline_ms);
    *envelope.mutable_request() = request;
    Send(envelope);
  }

  void Cancel(uint64_t id) {
    control::Envelope envelope;
    envelope.set_version(1);
    envelope.set_request_id(id);
    envelope.mutable_cancel();
    Send(envelope);
  }

  // Time passes, in one step.
  void Pass(Duration duration) {
    now += duration;
    session.OnTime(now);
  }

  // What the client receives when it reads now.
  std::vector<control::Envelope> Read() {
    std::vector<control::Envelope> envelopes;
    MessageReader reader(1 << 30);
    for (std::string bytes = session.NextOutput(); !bytes.empty(); bytes = session.NextOutput()) {
      reader.Append(bytes);
    }
    while (true) {
      auto message = reader.Next();
      HYPNOS_CHECK(message.ok());
      if (!*message) break;
      envelopes.emplace_back();
      HYPNOS_CHECK(envelopes.back().ParseFromString(**message));
    }
    HYPNOS_CHECK(!reader.in_the_middle());
    return envelopes;
  }

  // The reason of the only thing to read, which is an error; otherwise what it is.
  std::string ReadReason() {
    const auto read = Read();
    if (read.size() != 1) return std::to_string(read.size()) + " envelopes";
    return read[0].has_error() ? read[0].error().reason() : "no error";
  }

  Instant now{};
  ControlSession session;
};

inline control::Request StatusRequest() {
  control::Request request;
  request.mutable_status();
  return request;
}

inline control::Request WakeRequest() {
  control::Request request;
  request.mutable_wake();
  return request;
}

inline control::Request SubscribeRequest(double rate_hz, uint32_t queue_length = 0) {
  control::Request request;
  request.mutable_subscribe()->add_topics(control::PHASE);
  request.mutable_subscribe()->set_rate_hz(rate_hz);
  request.mutable_subscribe()->set_queue_length(queue_length);
  return request;
}

inline control::Response StatusResponse() {
  control::Response response;
  response.mutable_status()->set_daemon_version("1.2.3");
  return response;
}

}  // namespace hypnos
