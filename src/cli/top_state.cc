#include "cli/top_state.h"

#include <algorithm>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

template <class T>
void Push(T value, std::deque<T>* history) {
  history->push_back(std::move(value));
  if (history->size() > kHistoryLength) history->pop_front();
}

const telemetry::Source* Selected(const TopState& state) {
  if (!state.now || state.selected >= static_cast<size_t>(state.now->sources_size())) {
    return nullptr;
  }
  return &state.now->sources(static_cast<int>(state.selected));
}

control::Request PauseOrResume(const telemetry::Source& source) {
  control::Request request;
  if (source.state() == telemetry::Source::PAUSED) {
    request.mutable_resume_source()->set_name(source.name());
  } else {
    request.mutable_pause_source()->set_name(source.name());
  }
  return request;
}

void Record(const control::Update& update, NetworkHistory* network) {
  for (const telemetry::Layer& layer : update.layers()) {
    GoodnessHistory& history = network->layers[layer.layer()];
    Push(layer.has_goodness_real() ? std::optional<double>(layer.goodness_real()) : std::nullopt,
         &history.real);
    Push(layer.has_goodness_dream() ? std::optional<double>(layer.goodness_dream()) : std::nullopt,
         &history.dream);
  }
  Push(update.phase().state(), &network->phases);
}

}  // namespace

void Apply(control::Update update, TopState* state) {
  if (update.of_each().empty()) Record(update, &state->networks[""]);
  for (const auto& each : update.of_each()) {
    Record(each.update(), &state->networks[each.source()]);
  }
  // Those whose source was removed.
  std::erase_if(state->networks, [&](const auto& known) {
    return !known.first.empty() && std::ranges::none_of(update.of_each(), [&](const auto& each) {
      return each.source() == known.first;
    });
  });
  for (const control::Event& event : update.events()) {
    // Each is told as often as it changes; what was said of it last counts.
    std::erase_if(state->events, [&](const auto& known) { return known.id() == event.id(); });
    state->events.push_front(event);
  }
  if (state->events.size() > kMostEvents) state->events.resize(kMostEvents);
  const auto sources = static_cast<size_t>(update.sources_size());
  state->selected = std::min(state->selected, sources - std::min<size_t>(sources, 1));
  state->now = std::move(update);
}

std::string ShownNetwork(const TopState& state) {
  if (!state.now || state.now->of_each().empty()) return "";
  const telemetry::Source* source = Selected(state);
  return source == nullptr ? state.now->of_each(0).source() : source->name();
}

const control::Update& UpdateOf(const TopState& state) {
  const std::string shown = ShownNetwork(state);
  for (const auto& each : state.now->of_each()) {
    if (each.source() == shown) return each.update();
  }
  return *state.now;
}

void Select(int key, TopState* state) {
  const auto sources = static_cast<size_t>(state->now ? state->now->sources_size() : 0);
  if ((key == kKeyUp || key == 'k') && state->selected > 0) --state->selected;
  if ((key == kKeyDown || key == 'j') && state->selected + 1 < sources) ++state->selected;
}

std::optional<control::Request> RequestOf(int key, const TopState& state) {
  control::Request request;
  switch (key) {
    case 'p':
      if (const auto* source = Selected(state)) return PauseOrResume(*source);
      return std::nullopt;
    case 's':
      request.mutable_sleep_now()->set_source(ShownNetwork(state));
      return request;
    case 'w':
      request.mutable_wake()->set_source(ShownNetwork(state));
      return request;
    case 'c':
      request.mutable_save_checkpoint()->set_source(ShownNetwork(state));
      return request;
    default:
      return std::nullopt;
  }
}

std::string Outcome(const control::Request& request, const control::Response& response) {
  switch (request.kind_case()) {
    case control::Request::kPauseSource:
      return Printable(request.pause_source().name()) + " is paused";
    case control::Request::kResumeSource:
      return Printable(request.resume_source().name()) + " is watched again";
    case control::Request::kSleepNow:
      return response.sleep_now().changed() ? "falls asleep" : "was asleep already";
    case control::Request::kWake:
      return response.wake().changed() ? "wakes up after this dream" : "was awake";
    case control::Request::kSaveCheckpoint:
      return "saved " + Printable(response.save_checkpoint().checkpoint().name());
    default:
      return "";
  }
}

}  // namespace hypnos::cli
