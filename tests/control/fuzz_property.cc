#include "control/fuzz_property.h"

#include <algorithm>
#include <vector>

#include "control/session_fixture.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// What a session makes of bytes that come in pieces of this size, and of its end.
struct Outcome {
  std::string output;
  std::vector<std::string> calls;
};

Outcome Receive(std::string_view bytes, size_t piece) {
  SessionBench bench;
  TestClient client(bench, control::VIEW);
  Outcome outcome;
  const auto drain = [&] {
    for (const auto& call : client.session.TakeCalls()) {
      outcome.calls.push_back(call.request.SerializeAsString());
    }
  };
  for (size_t begin = 0; begin < bytes.size(); begin += piece) {
    client.session.Receive(bytes.substr(begin, piece), client.now);
    drain();
  }
  client.session.ReceiveEnd();
  outcome.output = client.session.NextOutput();
  return outcome;
}

std::string BrokenByClient(std::string_view bytes) {
  const Outcome at_once = Receive(bytes, std::max<size_t>(1, bytes.size()));
  // Not the calls: one that is ended by what comes behind it in the same piece is not begun.
  if (at_once.output != Receive(bytes, 1).output) return "byte by byte it is answered otherwise";
  MessageReader reader(1 << 30);
  reader.Append(at_once.output);
  while (true) {
    const auto message = reader.Next();
    if (!message.ok()) return "what is answered has no frame";
    if (!*message) break;
    control::Envelope envelope;
    if (!envelope.ParseFromString(**message)) return "what is answered is no envelope";
  }
  if (reader.in_the_middle()) return "half a message is answered";
  for (const std::string& call : at_once.calls) {
    control::Request request;
    request.ParseFromString(call);
    // The token of somebody who may change things is two bytes long, and may well be guessed.
    const bool may_change = bytes.find("do") != std::string_view::npos;
    if (AccessNeeded(request) != control::VIEW && !may_change) {
      return Format("who may only look got through: {}", request.ShortDebugString());
    }
  }
  return "";
}

std::string BrokenByTokens(std::string_view text) {
  const auto tokens = Tokens::Parse(text, "tokens");
  if (!tokens.ok()) return tokens.error().reason == "TOKENS_INVALID" ? "" : tokens.error().message;
  if (tokens->Find("hypnos_nobody")) return "somebody is let in whose token stands nowhere";
  return "";
}

}  // namespace

std::string BrokenControlPromise(std::string_view input) {
  if (input.empty()) return "";
  return input[0] == 't' ? BrokenByTokens(input.substr(1)) : BrokenByClient(input.substr(1));
}

}  // namespace hypnos
