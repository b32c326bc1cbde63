// What `hypnosctl top` knows of a daemon: the last update, and how it came to that.
// Threads: thread-compatible.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/control.pb.h"

namespace hypnos::cli {

// What of a layer is drawn as a line over time; nothing where it was not known.
struct GoodnessHistory {
  std::deque<std::optional<double>> real;
  std::deque<std::optional<double>> dream;
};

// How the figures of one network came to what they are.
struct NetworkHistory {
  std::map<uint32_t, GoodnessHistory> layers;  // by number
  std::deque<telemetry::Phase::State> phases;
};

struct TopState {
  // "hypnosd 0.1.0 at /run/hypnos/control.sock"
  std::string daemon;
  // Of the last update; nothing before the first one.
  std::optional<control::Update> now;
  // By source, where each has its own; otherwise that of "".
  std::map<std::string, NetworkHistory> networks;
  std::deque<control::Event> events;  // the newest first
  bool events_offered = true;
  // Which source the keys are about.
  size_t selected = 0;
  // What became of the last key.
  std::string message;
};

// As many columns as any terminal has.
inline constexpr size_t kHistoryLength = 500;
inline constexpr size_t kMostEvents = 100;

void Apply(control::Update update, TopState* state);

// The source whose network is shown, where each has its own: the selected one; otherwise "".
std::string ShownNetwork(const TopState& state);
// What the last update says of it. Precondition: there was one.
const control::Update& UpdateOf(const TopState& state);

// Keys, as they come from the screen; others are their characters.
inline constexpr int kKeyUp = -1;
inline constexpr int kKeyDown = -2;

// Moves the selection if the key is one that does.
void Select(int key, TopState* state);

// What a key asks of the daemon; nothing for one that asks nothing.
std::optional<control::Request> RequestOf(int key, const TopState& state);

// "door is paused": the message after the answer to such a request.
std::string Outcome(const control::Request& request, const control::Response& response);

}  // namespace hypnos::cli
