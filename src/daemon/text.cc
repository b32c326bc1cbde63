#include "daemon/text.h"

#include <algorithm>
#include <cmath>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {
namespace {

std::string Bar(double share, size_t width) {
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<size_t>(std::lround(share * static_cast<double>(width)));
  std::string bar;
  for (size_t i = 0; i < width; ++i) bar += i < full ? "█" : "░";
  return bar;
}

std::string MinutesAndSeconds(double seconds) {
  const auto s = static_cast<int64_t>(seconds);
  if (s >= 3600) return Format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return Format("{}:{:02}", s / 60, s % 60);
}

std::string Times(uint64_t count) { return count == 1 ? "once" : Format("{} times", count); }

// "-" until there has been a dream.
std::string Figure(double value, bool known, const char* unit = "") {
  return known ? Format("{:.2f}{}", value, unit) : "-";
}

std::string LearningWord(const LayerStatus& layer, bool has_slept) {
  if (layer.stopped) return "stopped: its weights overflowed";
  if (!has_slept) return "-";
  if (!layer.balanced()) return Format("{:.1f} % to learn", 100 * layer.contrast);
  return layer.tells_apart() ? "finished" : "cannot tell them apart";
}

// Awake it looks only where it does not learn from what it sees.
const char* PhaseWord(const StatusSnapshot& status) {
  if (status.asleep) return "asleep";
  return status.learning ? "awake" : "looking";
}

// Who only looks comes no nearer to sleep.
std::string PhaseText(const StatusSnapshot& status) {
  std::string word = status.asleep ? "asleep, dreaming" : PhaseWord(status);
  const auto& [step, length] = status.phase;
  if (length == 0 || !(status.asleep || status.learning)) return word;
  const double share = static_cast<double>(step) / static_cast<double>(length);
  return Format("{} {} {}/{}", word, Bar(share, 12), step, length);
}

// "-" until there was something to compare with.
std::string ErrorText(const std::optional<double>& error, bool in_bits) {
  if (!error) return "-";
  return Format("{:.4f}{}", *error, in_bits ? " bits a symbol" : "");
}

std::string ErrorText(const StatusSnapshot& status) {
  return ErrorText(status.prediction_error, status.in_bits);
}

std::string Percent(const std::optional<double>& share) {
  return share ? Format("{:.1f} %", 100 * *share) : "-";
}

// "91.2 % by read-out, 80.1 % by goodness; the label before: 95.0 %"; of late, or of all.
std::string AccuracyText(const LabelScore& score, bool recent) {
  const auto share = [&](const OnlineAccuracy& accuracy) {
    return Percent(recent ? accuracy.recent() : accuracy.total());
  };
  std::string text = share(score.read_out) + " by read-out";
  if (score.goodness.frames() > 0) text += ", " + share(score.goodness) + " by goodness";
  return text + "; the label before: " + share(score.same_as_before);
}

// Of the frames that are of the kind of the last one, or of those that there are.
const LabelScore& PresentScore(const StatusSnapshot& status) {
  const LabelScores& labels = status.labels;
  const bool learned = status.learning ? labels.learned.read_out.frames() > 0
                                       : labels.held_out.read_out.frames() == 0;
  return learned ? labels.learned : labels.held_out;
}

// "" where there are no labels.
std::string GuessText(const RunDescription& run, const StatusSnapshot& status) {
  if (status.label_read_out.empty()) return "";
  const auto name = [&](size_t label) { return Printable(run.classes[label]); };
  const auto guess = [&](const std::vector<float>& probabilities) {
    const size_t label = Likeliest(probabilities);
    return Format("{} {:.2f}", name(label), probabilities[label]);
  };
  std::string text = "  label " + (status.label ? name(*status.label) : "-");
  text += "  read-out " + guess(status.label_read_out);
  if (!status.label_goodness.empty()) text += "  goodness " + guess(status.label_goodness);
  if (PresentScore(status).read_out.frames() == 0) return text;
  return text + "  right of late: " + AccuracyText(PresentScore(status), true);
}

int64_t Dropped(const FrameDrops& drops) { return drops.queue_full + drops.asleep; }

std::string DropsText(const FrameDrops& drops) {
  if (Dropped(drops) == 0) return "";
  const char* why = drops.asleep == 0       ? "too slow"
                    : drops.queue_full == 0 ? "asleep"
                                            : "too slow, or asleep";
  return Format("  {} frames dropped ({})", Dropped(drops), why);
}

// "at the end of a frame layer 1 is still 12 % from rest, layer 2 9 %".
std::string SettlingText(const Settling& settling) {
  std::string text;
  for (size_t l = 0; l < settling.changes().size(); ++l) {
    const double percent = 100 * settling.changes()[l];
    text += l == 0 ? Format("at the end of a frame layer 1 is still {:.0f} % from rest", percent)
                   : Format(", layer {} {:.0f} %", l + 1, percent);
  }
  return text;
}

// Nothing where the clip that is shown leaves time to settle.
std::string TooFastText(const StatusSnapshot& status) {
  const auto source = status.sources.find(status.source);
  if (source == status.sources.end()) return "";
  const auto clip = source->second.settling.find(status.clip);
  if (clip == source->second.settling.end() || !clip->second.too_fast()) return "";
  return Format("changes too fast to settle: {}", SettlingText(clip->second));
}

// Nothing where it is off, or has had nothing to do.
std::string GuardText(const GuardStatus& guard) {
  if (!guard.enabled || (!guard.stopped && guard.attempt == 0)) return "";
  if (guard.stopped) return "learning was stopped by the guard";
  return Format("guard: attempt {} of {}, at {:.3g} times the learning rate", guard.attempt,
                guard.attempts, guard.rate_factor);
}

// Of a run: what it judged, and what it decided, the last ones.
std::string GuardSummary(const GuardStatus& guard) {
  constexpr size_t kFew = 10;
  if (!guard.enabled) return "";
  std::string text =
      Format("The guard judged {} and raised {} alarm{}{}\n", Times(guard.judged), guard.alarms,
             guard.alarms == 1 ? "" : "s", guard.decisions.empty() ? "." : ":");
  const size_t all = guard.decisions.size();
  for (size_t i = all > kFew ? all - kFew : 0; i < all; ++i) {
    text += Format("  frame {}: {}.\n", guard.decisions[i].frames, ToString(guard.decisions[i]));
  }
  return text;
}

// Nothing where all is as it should be.
const char* StateWord(telemetry::Source::State state) {
  switch (state) {
    case telemetry::Source::OPENING:
      return "opening";
    case telemetry::Source::PAUSED:
      return "paused";
    case telemetry::Source::ENDED:
      return "ended";
    case telemetry::Source::CONNECTING:
      return "connecting";
    case telemetry::Source::STALLED:
      return "stalled";
    case telemetry::Source::LOST:
      return "lost";
    default:
      return "";
  }
}

// "door", or "door, vtest" for an entry of the playlist door.
std::string ClipText(const std::string& source, const std::string& clip) {
  return clip.empty() || clip == source ? Printable(source)
                                        : Format("{}, {}", Printable(source), Printable(clip));
}

// "door  frame 181  prediction error 0.4433  12 frames dropped (too slow)"
std::string SourceText(const SourceLine& line, const StatusSnapshot& status) {
  const std::string word = StateWord(line.state);
  const std::string state = word.empty() ? "" : "  " + word;
  const std::string drops = DropsText({.queue_full = line.dropped});
  const auto found = status.sources.find(line.name);
  if (found == status.sources.end() || found->second.frames == 0) {
    return Format("{}{}{}", Printable(line.name), state, drops);
  }
  const SourceStatus& source = found->second;
  return Format("{}  frame {}  prediction error {}{}{}", ClipText(line.name, source.clip),
                source.frame, ErrorText(source.prediction_error, status.in_bits), state, drops);
}

// Each where it is, the one shown last first.
std::string WhereText(const StatusSnapshot& status) {
  constexpr size_t kFew = 8;
  std::string text = Format("{} frame {}", Printable(status.clip), status.frame);
  size_t told = 1;
  for (const auto& [name, source] : status.sources) {
    if (name == status.source || source.frames == 0) continue;
    if (told++ == kFew) return text + ", ...";
    text += Format(", {} frame {}", Printable(source.clip), source.frame);
  }
  return text;
}

// Cuts to columns; every character used here is one column wide.
std::string Cut(const std::string& text, size_t width) {
  size_t columns = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
    if (starts && columns++ == width) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::vector<std::string> StatusBlock(const RunDescription& run, const StatusSnapshot& status,
                                     const FrameDrops& drops, size_t width) {
  std::vector<std::string> lines;
  if (run.several.empty()) {
    lines.push_back(Format("  {}", Printable(run.source)));
    lines.push_back(Format("  {}  frame {}  {:.1f} frames/s  prediction error {}{}",
                           Printable(status.clip), status.frame, status.frames_per_second,
                           ErrorText(status), DropsText(drops)));
  } else {
    lines.push_back(Format("  {} sources  {:.1f} frames/s  prediction error {}{}",
                           run.several.size(), status.frames_per_second, ErrorText(status),
                           DropsText(drops)));
    for (const SourceLine& line : run.several) lines.push_back("  " + SourceText(line, status));
  }
  if (const std::string text = TooFastText(status); !text.empty()) {
    lines.push_back(Format("  {} {}", Printable(status.clip), text));
  }
  lines.push_back(Format("  {}  slept {}", PhaseText(status), Times(status.sleeps)));
  if (const std::string text = GuardText(status.guard); !text.empty()) {
    lines.push_back("  " + text);
  }
  lines.push_back("  layer   goodness real   dream   p(real) real   dream   learning");
  for (size_t l = 0; l < status.layers.size(); ++l) {
    const LayerStatus& layer = status.layers[l];
    lines.push_back(Format(
        "  {:>5}   {:>13}   {:>5}   {:>12}   {:>5}   {}", l + 1, Figure(layer.real_goodness, true),
        Figure(layer.dream_goodness, status.has_dreamed), Figure(layer.real_probability, true),
        Figure(layer.dream_probability, status.has_dreamed),
        LearningWord(layer, status.sleeps > 0)));
  }
  if (const std::string guess = GuessText(run, status); !guess.empty()) lines.push_back(guess);
  if (run.frames && *run.frames > 0) {
    const double share = static_cast<double>(status.frames) / static_cast<double>(*run.frames);
    const double left = static_cast<double>(std::max<int64_t>(0, *run.frames - status.frames)) /
                        std::max(status.frames_per_second, 1e-9);
    lines.push_back(Format("  {} {:3.0f} %  {} left", Bar(share, 40), 100 * std::min(share, 1.0),
                           status.frames_per_second > 0 ? MinutesAndSeconds(left) : "-:--"));
  }
  for (std::string& line : lines) line = Cut(line, width);
  return lines;
}

std::string StatusLine(const StatusSnapshot& status, const FrameDrops& drops) {
  std::string line = Format("{}: {:.1f} frames/s, {}, prediction error {}", WhereText(status),
                            status.frames_per_second, PhaseWord(status), ErrorText(status));
  for (size_t l = 0; l < status.layers.size(); ++l) {
    const LayerStatus& layer = status.layers[l];
    line +=
        Format("; layer {} goodness {} real, {} dream", l + 1, Figure(layer.real_goodness, true),
               Figure(layer.dream_goodness, status.has_dreamed));
  }
  if (const LabelScore& score = PresentScore(status); score.read_out.frames() > 0) {
    line += "; labels right of late: " + AccuracyText(score, true);
  }
  if (const std::string text = TooFastText(status); !text.empty()) line += "; " + text;
  if (const std::string text = GuardText(status.guard); !text.empty()) line += "; " + text;
  if (Dropped(drops) > 0) line += Format("; {} frames dropped", Dropped(drops));
  return line;
}

std::string HeldOutText(const std::vector<RealOrDream>& held_out) {
  if (held_out.empty() || held_out[0].pairs() == 0) return "";
  std::string text = "On frames it has not learned from, it told real from dreamed patches:\n";
  for (size_t l = 0; l < held_out.size(); ++l) {
    text += Format("  layer {}: {:.1f} % of {} pairs right (chance: 50 %)\n", l + 1,
                   100 * held_out[l].pairwise_accuracy(), held_out[l].pairs());
  }
  return text;
}

// As guard.dead_units has it by default.
constexpr double kSilentShare = 0.9;

// What is dead learns no more, whatever comes.
std::string SilenceText(const std::vector<LayerProbe>& layers) {
  std::string silent;
  for (size_t l = 0; l < layers.size(); ++l) {
    const double dead = static_cast<double>(layers[l].dead_units);
    if (layers[l].units == 0 || dead < kSilentShare * static_cast<double>(layers[l].units))
      continue;
    silent += Format("{}{}", silent.empty() ? "" : ", ", l + 1);
  }
  if (silent.empty()) return "";
  return Format(
      "Nearly all units are dead of layer {}: it probably learns too fast. Begin anew (--fresh) "
      "with a lower learning.rate, a tenth for instance, or divide the picture "
      "(encoding.patches).\n",
      silent);
}

// What the probe set says of each layer, at first and at last.
std::string ProbeText(const ProbeTally& probes, double elapsed_seconds) {
  if (!probes.last) return "";
  const ProbeFigures &first = probes.first->figures, &last = probes.last->figures;
  const double seconds = Seconds(probes.took);
  std::string text = Format(
      "Probed {} with learning off, on {} fixed sequences, in {:.1f} s ({:.1f} % of the time):\n",
      Times(static_cast<uint64_t>(probes.scored)), last.sequences, seconds,
      elapsed_seconds > 0 ? 100 * seconds / elapsed_seconds : 0.0);
  for (size_t l = 0; l < last.layers.size(); ++l) {
    const LayerProbe &then = first.layers[l], &now = last.layers[l];
    text += Format(
        "  layer {}: told {:.1f} % of pairs at first, {:.1f} % at last (chance: 50 %); {} of {} "
        "units dead; effective rank {:.1f}, {:.1f}\n",
        l + 1, 100 * then.pairwise_accuracy, 100 * now.pairwise_accuracy, now.dead_units, now.units,
        then.effective_rank, now.effective_rank);
  }
  return text + SilenceText(last.layers);
}

// Of a long playlist only the clips that are too fast.
std::string SettlingText(const std::map<std::string, SourceStatus>& sources) {
  constexpr size_t kFew = 8;
  size_t clips = 0;
  for (const auto& [name, source] : sources) clips += source.settling.size();
  std::string text;
  for (const auto& [name, source] : sources) {
    for (const auto& [clip, settling] : source.settling) {
      if (clips > kFew && !settling.too_fast()) continue;
      text +=
          Format("{}: {}{}.\n", sources.size() > 1 ? ClipText(name, clip) : Printable(clip),
                 settling.too_fast() ? "changes too fast to settle: " : "", SettlingText(settling));
    }
  }
  return text;
}

std::string SourcesText(const std::vector<SourceLine>& several, const StatusSnapshot& status) {
  std::string text;
  for (const SourceLine& line : several) {
    const auto found = status.sources.find(line.name);
    const SourceStatus source = found == status.sources.end() ? SourceStatus() : found->second;
    text += Format("  {}: {} frames, prediction error {}, {} dropped{}.\n", Printable(line.name),
                   source.frames, ErrorText(source.prediction_error, status.in_bits), line.dropped,
                   source.why.empty() ? "" : "; it broke off");
  }
  return text;
}

// Nothing where all were dreams: of those the layers' lines tell.
std::string NegativesText(const std::array<NegativeTally, kNegativeKinds>& negatives) {
  std::string text = "It learned against:\n";
  bool others = false;
  for (const NegativeKind kind : kAllNegativeKinds) {
    const NegativeTally& tally = negatives[static_cast<size_t>(kind)];
    if (tally.steps == 0) continue;
    others = others || kind != NegativeKind::kDream;
    text += Format("  {}: {} steps; p(real) of late", ToString(kind), tally.steps);
    for (size_t l = 0; l < tally.probability.size(); ++l) {
      const auto value = tally.probability[l].value();
      text += Format("{} {} in layer {}", l == 0 ? "" : ",",
                     Figure(value.value_or(0), value.has_value()), l + 1);
    }
    text += ".\n";
  }
  return others ? text : "";
}

std::string LabelsText(const LabelScores& labels) {
  std::string text;
  const auto add = [&](const LabelScore& score, const char* which) {
    const uint64_t frames = score.read_out.frames();
    if (frames == 0) return;
    text += Format("  {} {}: {}; of the last {}: {}.\n", frames, which, AccuracyText(score, false),
                   std::min<uint64_t>(frames, OnlineAccuracy::kRecentFrames),
                   AccuracyText(score, true));
  };
  add(labels.learned, "learned from");
  add(labels.held_out, "held out");
  if (text.empty()) return "";
  return "Of labelled frames it named so many right, each before it learned from it:\n" + text;
}

std::string SummaryText(const RunSummary& summary, const StatusSnapshot& status,
                        const FrameDrops& drops, const std::vector<SourceLine>& several) {
  const double seconds = Seconds(summary.elapsed);
  const int64_t frames = summary.frames - summary.loaded_frames;
  std::string text = Format(
      "Saw {} frames in {} ({:.1f} a second){}, learned from {}, slept {}, dreamed {} steps.\n",
      frames, MinutesAndSeconds(seconds), seconds > 0 ? static_cast<double>(frames) / seconds : 0.0,
      summary.loaded_frames == 0
          ? ""
          : Format(" after {} of before, from a checkpoint: in all", summary.loaded_frames),
      summary.learned_frames, Times(summary.sleeps), summary.dream_steps);
  text += SourcesText(several, status);
  if (Dropped(drops) > 0) {
    text += Format("Dropped {} frames because the network was slower than the {}.\n",
                   Dropped(drops), several.empty() ? "source" : "sources");
  }
  if (drops.closed > 0) {
    text += Format("Did not watch {} more frames that were waiting when it was stopped.\n",
                   drops.closed);
  }
  for (const auto& [reason, count] : status.discontinuities) {
    if (reason != "start") text += Format("State was reset {}: {}.\n", Times(count), reason);
  }
  text += Format("Prediction error {} (running mean{}).\n", ErrorText(status),
                 status.in_bits ? "" : ", in variances of the input");
  for (size_t l = 0; l < status.layers.size(); ++l) {
    const LayerStatus& layer = status.layers[l];
    text += Format(
        "Layer {}: goodness {} real, {} dream; p(real) {} real, {} dream", l + 1,
        Figure(layer.real_goodness, true), Figure(layer.dream_goodness, status.has_dreamed),
        Figure(layer.real_probability, true), Figure(layer.dream_probability, status.has_dreamed));
    if (status.sleeps > 0 || layer.stopped) text += "; " + LearningWord(layer, true);
    text += ".\n";
  }
  return text + SettlingText(status.sources) + NegativesText(summary.negatives) +
         HeldOutText(summary.held_out) + LabelsText(summary.labels) +
         ProbeText(summary.probes, seconds) + GuardSummary(status.guard);
}

}  // namespace hypnos
