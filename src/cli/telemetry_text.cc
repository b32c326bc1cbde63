#include "cli/telemetry_text.h"

#include <algorithm>

#include "cli/figures.h"
#include "cli/table.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {

using telemetry::Guard;
using telemetry::Layer;
using telemetry::Phase;
using telemetry::Source;

namespace {

std::optional<double> If(bool known, double value) {
  return known ? std::optional(value) : std::nullopt;
}

// "garage, 12 % of steps late"
std::string ComputedBy(const Layer& layer) {
  const telemetry::LayerElsewhere& elsewhere = layer.elsewhere();
  if (!layer.has_elsewhere()) return "this daemon";
  std::string text = elsewhere.daemon().empty() ? "nobody" : Printable(elsewhere.daemon());
  if (!elsewhere.daemon().empty() && !elsewhere.seated()) text += " (lost)";
  if (elsewhere.steps() == 0) return text;
  const double share =
      static_cast<double>(elsewhere.late_steps()) / static_cast<double>(elsewhere.steps());
  return text + Format(", {:.3g} % of steps late", 100 * share);
}

}  // namespace

const char* StateWord(Phase::State state) {
  switch (state) {
    case Phase::WAITING:
      return "waiting for the first frame";
    case Phase::AWAKE:
      return "awake";
    case Phase::ASLEEP:
      return "asleep";
    case Phase::LOOKING:
      return "looking";
    case Phase::ENDED:
      return "ended";
    default:
      return "unknown";
  }
}

const char* StateWord(Source::State state) {
  switch (state) {
    case Source::OPENING:
      return "opening";
    case Source::CONNECTING:
      return "connecting";
    case Source::STALLED:
      return "stalled";
    case Source::LOST:
      return "lost";
    case Source::WATCHED:
      return "watched";
    case Source::PAUSED:
      return "paused";
    case Source::ENDED:
      return "ended";
    default:
      return "unknown";
  }
}

std::string PhaseText(const Phase& phase) {
  std::string text = StateWord(phase.state());
  if (phase.state() == Phase::AWAKE || phase.state() == Phase::ASLEEP) {
    text += Format(", step {}", phase.step());
    if (phase.length() > 0) text += Format(" of {}", phase.length());
  }
  const bool by_count =
      phase.cause().empty() || phase.cause() == "start" || phase.cause() == "steps";
  if (phase.state() == Phase::ASLEEP && !by_count)
    text += Format(" (by {})", Printable(phase.cause()));
  if (phase.state() != Phase::WAITING) text += Format(", slept {}", Times(phase.sleeps()));
  if (!phase.learning()) text += "; learning is off";
  return text;
}

std::string GuardText(const Guard& guard) {
  const std::string rate = guard.rate_factor() < 1
                               ? Format(", at {:.3g} times the learning rate", guard.rate_factor())
                               : "";
  if (guard.stopped()) return "HAS STOPPED LEARNING" + rate;
  std::string text = guard.judged() == 0 ? "has judged nothing yet" : "sound";
  if (!guard.sign().empty()) text = Printable(guard.sign());
  if (guard.attempt() > 0) text += Format("; attempt {} of {}", guard.attempt(), guard.attempts());
  return text + rate;
}

std::string LearningWord(const Layer& layer) {
  switch (layer.learning()) {
    case Layer::LEARNING:
      return layer.has_contrast() ? Format("{:.1f} % to learn", 100 * layer.contrast())
                                  : "learning";
    case Layer::FINISHED:
      return "finished";
    case Layer::CANNOT_TELL:
      return "cannot tell them apart";
    case Layer::STOPPED:
      return "stopped: its weights overflowed";
    default:
      return "-";
  }
}

std::string FramesText(const Source& source) {
  if (!source.has_frames_in_all()) return Format("{}", source.frames());
  return Format("{} of {}", source.frames(), source.frames_in_all());
}

std::string LossesText(const Source& source) {
  std::string text;
  const auto add = [&](uint64_t count, const char* why) {
    if (count > 0) text += Format("{}{} {}", text.empty() ? "" : ", ", count, why);
  };
  add(source.dropped_slow(), "too slow");
  add(source.dropped_asleep(), "asleep");
  add(source.dropped_paused(), "paused");
  add(source.unreadable(), "unreadable");
  add(source.dropped_over_rate(), "over the rate");
  return text;
}

// "12 frames not learned from (3 duplicate, 9 of one colour)"; empty where there are none.
std::string GateText(const Source& source) {
  std::string kinds;
  uint64_t all = 0;
  const auto add = [&](uint64_t count, const char* kind) {
    all += count;
    if (count > 0) kinds += Format("{}{} {}", kinds.empty() ? "" : ", ", count, kind);
  };
  add(source.duplicate_frames(), "duplicate");
  add(source.frozen_frames(), "frozen");
  add(source.placeholder_frames(), "of one colour");
  add(source.stale_frames(), "stale");
  add(source.concealed_frames(), "damaged on the way");
  return all == 0 ? "" : Format("{} frames not learned from ({})", all, kinds);
}

// "live: stream 'rtsp://…', 640x480; no picture for 10 s; tried again in 4.1 s; lost 2 times"
std::string WhatItIs(const Source& source) {
  std::string text = (source.live() ? "live: " : "") + Printable(source.description());
  if (!source.why().empty()) text += Format("; {}", Printable(source.why()));
  if (source.retry_in_seconds() > 0) {
    text += Format("; tried again in {:.1f} s", source.retry_in_seconds());
  }
  if (source.losses() > 0) text += "; lost " + Times(source.losses());
  // A file waits for nothing but its turn.
  if (source.live() && source.has_latency_seconds()) {
    text += Format("; judged after {:.0f} ms, 99 % within {:.0f} ms",
                   1000 * source.latency_seconds(), 1000 * source.latency_p99_seconds());
  }
  if (const std::string gate = GateText(source); !gate.empty()) text += "; " + gate;
  return text;
}

// "door: at the end of a frame layer 1 is still 12 % from rest, layer 2 9 %".
std::string SettlingText(const Source& source) {
  if (source.settling().empty()) return "";
  std::string text = Printable(source.clip().empty() ? source.name() : source.clip()) + ": ";
  if (source.too_fast()) text += "changes too fast to settle: ";
  for (int l = 0; l < source.settling_size(); ++l) {
    const double percent = 100 * source.settling(l);
    text += l == 0 ? Format("at the end of a frame layer 1 is still {:.0f} % from rest", percent)
                   : Format(", layer {} {:.0f} %", l + 1, percent);
  }
  return text + "\n";
}

std::string SourcesText(const google::protobuf::RepeatedPtrField<Source>& sources) {
  Table table({"source", "state", ">frames", ">waiting", "lost", "now", "what it is"});
  for (const Source& source : sources) {
    const std::string losses = LossesText(source);
    table.Add(
        {Printable(source.name()), StateWord(source.state()), FramesText(source),
         Format("{}", source.queued()), losses.empty() ? "-" : losses,
         source.clip().empty() ? "-" : Format("{} {}", Printable(source.clip()), source.frame()),
         WhatItIs(source)});
  }
  std::string text = table.Text("no sources");
  for (const Source& source : sources) text += SettlingText(source);
  return text;
}

namespace {

std::string Percent(bool known, double share) {
  return known ? Format("{:.1f} %", 100 * share) : "-";
}

std::string RecentText(const telemetry::LabelAccuracy& accuracy) {
  std::string text =
      Percent(accuracy.has_recent_read_out(), accuracy.recent_read_out()) + " by read-out";
  if (accuracy.has_recent_goodness()) {
    text += ", " + Percent(true, accuracy.recent_goodness()) + " by goodness";
  }
  return text + "; the label before: " +
         Percent(accuracy.has_recent_same_as_before(), accuracy.recent_same_as_before());
}

}  // namespace

std::string LabelsLine(const telemetry::Labels& labels) {
  if (labels.guesses().empty()) return "";
  std::string text = labels.label().empty() ? "no label" : Printable(labels.label());
  const telemetry::LabelGuess& first = labels.guesses(0);
  text += Format("; read-out {} {:.2f}", Printable(first.label()), first.read_out());
  const auto* best = &first;
  for (const telemetry::LabelGuess& guess : labels.guesses()) {
    if (guess.goodness() > best->goodness()) best = &guess;
  }
  if (best->has_goodness()) {
    text += Format(", goodness {} {:.2f}", Printable(best->label()), best->goodness());
  }
  if (labels.learned().frames() > 0) text += "; right of late " + RecentText(labels.learned());
  if (labels.held_out().frames() > 0) {
    text += "; of held-out frames " + RecentText(labels.held_out());
  }
  return text;
}

std::string LabelsText(const telemetry::Labels& labels) {
  Table guesses({"label", ">read-out", ">goodness"});
  for (const telemetry::LabelGuess& guess : labels.guesses()) {
    guesses.Add({(guess.label() == labels.label() ? "> " : "  ") + Printable(guess.label()),
                 Format("{:.3f}", guess.read_out()),
                 guess.has_goodness() ? Format("{:.3f}", guess.goodness()) : "-"});
  }
  Table right({"labels right", ">frames", ">read-out", ">goodness", ">the label before",
               ">read-out of late", ">goodness", ">the label before"});
  const auto add = [&](const char* which, const telemetry::LabelAccuracy& a) {
    if (a.frames() == 0) return;
    right.Add({which, Format("{}", a.frames()), Percent(a.has_read_out(), a.read_out()),
               Percent(a.has_goodness(), a.goodness()),
               Percent(a.has_same_as_before(), a.same_as_before()),
               Percent(a.has_recent_read_out(), a.recent_read_out()),
               Percent(a.has_recent_goodness(), a.recent_goodness()),
               Percent(a.has_recent_same_as_before(), a.recent_same_as_before())});
  };
  add("learned", labels.learned());
  add("held out", labels.held_out());
  return guesses.Text("no guess of a label yet") + "\n" + right.Text("no labelled frame yet");
}

std::string LayersText(const google::protobuf::RepeatedPtrField<Layer>& layers) {
  const bool spread = std::ranges::any_of(layers, &Layer::has_elsewhere);
  std::vector<std::string> titles = {">layer",        ">units", ">goodness real", ">dream",
                                     ">p(real) real", ">dream", "learning"};
  if (spread) titles.emplace_back("computed by");
  Table table(titles);
  for (const Layer& layer : layers) {
    std::vector<std::string> row = {
        Format("{}", layer.layer()),
        layer.constraint_units() == 0
            ? Format("{}", layer.units())
            : Format("{} ({} constraint)", layer.units(), layer.constraint_units()),
        Figure(If(layer.has_goodness_real(), layer.goodness_real())),
        Figure(If(layer.has_goodness_dream(), layer.goodness_dream())),
        Figure(If(layer.has_probability_real(), layer.probability_real())),
        Figure(If(layer.has_probability_dream(), layer.probability_dream())),
        LearningWord(layer)};
    if (spread) row.push_back(ComputedBy(layer));
    table.Add(std::move(row));
  }
  return table.Text("no layers yet: they are made with the first frame");
}

}  // namespace hypnos::cli
