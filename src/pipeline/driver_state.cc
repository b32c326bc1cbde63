// All that lasts over steps, saved and loaded. One list serves both ways: what is forgotten in one
// is forgotten in the other, and a test that goes on from each finds it.
#include <algorithm>
#include <new>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/tensor/exchange.h"
#include "pipeline/driver.h"

namespace hypnos {
namespace {

// More than anybody watches.
constexpr size_t kMostStreams = 10000;

Error OutOfMemory() {
  return {Code::kResourceExhausted, "OUT_OF_MEMORY",
          "there is not enough memory for what was saved beside what there is"};
}

template <class T>
void ExchangePart(StateArchive& archive, std::string_view name, T& part) {
  const StateArchive::Scope scope(archive, name);
  part.ExchangeState(archive);
}

}  // namespace

Result<StateCounts> Pipeline::Driver::SaveState(StateArchive& archive) try {
  if (!network_) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no frame has come yet, so there is no network"};
  }
  if (!ended_) flow_->Drain();
  if (torn_) {
    return Error{Code::kFailedPrecondition, "STATE_IS_TORN",
                 "a step broke off, so that what there is is not of one moment: nothing is saved"};
  }
  HYPNOS_RETURN_IF_ERROR(ExchangeState(archive));
  return StateCounts{static_cast<uint64_t>(summary_.frames), learned_steps_};
} catch (const RemoteLayerError& e) {
  return e.error();
}

Status Pipeline::Driver::Load(StateArchive& archive) try {
  HYPNOS_RETURN_IF_ERROR(ExchangeState(archive));
  if (!archive.status().ok()) return archive.status();
  summary_.loaded_frames = summary_.frames;
  sleep_.number = schedule_.sleeps() + 1;
  sleep_.began = schedule_.cause();
  fell_asleep_ = clock_.Now();
  for (const auto& stream : streams_) stream->awaited = true;
  if (!archive.SavedShape("memory.rng")) GoOnWithoutMemory();
  // What it slept for is no longer configured, and would not end it.
  if (schedule_.has_lost_its_cause()) WakeNow();
  TellGuard();
  return {};
} catch (const RemoteLayerError& e) {
  return e.error();
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

std::vector<Pipeline::AwaitedStream> Pipeline::Driver::awaited_streams() const {
  std::vector<AwaitedStream> awaited;
  for (const auto& stream : streams_) {
    if (stream->awaited)
      awaited.push_back({stream->name, stream->frames_taken, stream->source_place});
  }
  return awaited;
}

Status Pipeline::Driver::ExchangeState(StateArchive& archive) {
  HYPNOS_RETURN_IF_ERROR(ExchangeNetwork(archive));
  ExchangePart(archive, "negatives", *negatives_);
  ExchangePart(archive, "choice", choice_);
  archive.Number("learning_on", learning_on_);
  archive.Number("live_label", live_label_);
  archive.Number("learned_steps", learned_steps_);
  archive.Number("learned_since_probe", learned_since_probe_);
  ExchangeSleep(archive);
  ExchangeMemories(archive);
  HYPNOS_RETURN_IF_ERROR(ExchangeStreams(archive));
  ExchangePart(archive, "summary", summary_);
  ExchangeGuard(archive);
  return {};
}

Status Pipeline::Driver::ExchangeNetwork(StateArchive& archive) {
  PlaneShape shape = network_ ? network_->grid().frame() : PlaneShape();
  Exchange(archive, "frame_shape", shape);
  archive.Text("measured", measured_);
  if (!archive.status().ok()) return archive.status();
  if (archive.loading()) HYPNOS_RETURN_IF_ERROR(MakeNetwork(shape));
  network_->ExchangeState(archive);
  if (!archive.status().ok()) return archive.status();
  // Whoever computes a layer is given it as it was saved.
  if (archive.loading()) MakeFlow();
  return {};
}

// What the schedule will decide by, when it is asked next.
void Pipeline::Driver::ExchangeUnheeded(StateArchive& archive) {
  const StateArchive::Scope scope(archive, "unheeded_probe");
  bool is_there = unheeded_.has_value();
  archive.Number("is_there", is_there);
  if (!is_there) return;
  if (archive.loading()) unheeded_ = ProbeFigures();
  const size_t layers = archive.Count("layers", unheeded_->layers.size(), network_->layer_count());
  if (archive.loading()) unheeded_->layers.resize(layers);
  for (size_t l = 0; l < layers; ++l) {
    const StateArchive::Scope of(archive, Format("layers.{}", l + 1));
    LayerProbe& layer = unheeded_->layers[l];
    archive.Number("finite", layer.finite);
    archive.Number("negatives_above", layer.negatives_above);
    archive.Number("positives_below", layer.positives_below);
    archive.Number("saturated", layer.saturated);
    archive.Number("auc", layer.auc);
    archive.Number("real_goodness", layer.real_goodness);
    archive.Number("negative_goodness", layer.negative_goodness);
    archive.Number("pairwise_accuracy", layer.pairwise_accuracy);
  }
}

void Pipeline::Driver::ExchangeSleep(StateArchive& archive) {
  ExchangePart(archive, "schedule", schedule_);
  ExchangeUnheeded(archive);
  archive.Generator("replay_rng", replay_rng_);
  const StateArchive::Scope scope(archive, "sleep");
  archive.Number("wake_after_dream", wake_after_dream_);
  archive.Number("steps", sleep_.steps);
  archive.Number("replay_ticks", replay_ticks_);
  if (replay_ticks_ < 0) archive.Refuse("replay_ticks", "is negative");
  ExchangePart(archive, "negative", sleeping_lane_);
  bool recalls = recalled_.has_value();
  archive.Number("recalls", recalls);
  if (recalls) {
    if (archive.loading()) recalled_ = {.sequence = 0, .frames = 0};
    const size_t frames =
        options_.memory.context_frames + static_cast<size_t>(options_.dream_steps);
    recalled_->sequence =
        archive.Count("sequence", recalled_->sequence, options_.memory.sequences - 1);
    recalled_->frames = archive.Count("frames", recalled_->frames, frames);
  }
  if (!schedule_.asleep() || !archive.status().ok()) return;
  const auto lane = [&](const char* name, Lane of, int64_t tick) {
    const StateArchive::Scope lane_scope(archive, name);
    network_->ExchangeLane(archive, of, tick);
  };
  lane("replay", Lane::kReplay, replay_ticks_);
  lane("dream", Lane::kDream, sleeping_lane_.tick());
}

void Pipeline::Driver::ExchangeMemories(StateArchive& archive) {
  // It may have been left out.
  if (!archive.loading() || archive.SavedShape("memory.rng")) {
    ExchangePart(archive, "memory", memories_.sequences);
    remembered_ = archive.Count("memory.remembered", remembered_, options_.memory.sequences);
    const SequenceMemory& memory = memories_.sequences;
    if (memory.size() > 0 && memory.shape() != network_->grid().frame()) {
      archive.Refuse("memory.shape", "is not that of the frames");
    }
    if (recalled_ && recalled_->sequence >= memory.size()) {
      archive.Refuse("sleep.sequence", "is not remembered");
    }
  }
  ExchangePart(archive, "replay_residuals", memories_.replay_residuals);
  const StateArchive::Scope scope(archive, "probes");
  probes_.ExchangeState(archive, *network_);
  if (probes_.collecting()) {
    ExchangePart(archive, "memory", memories_.probes);
  } else if (archive.loading()) {
    memories_.probes = SequenceMemory({.capacity = 1, .frames = 1}, Rng(0));
  }
}

Status Pipeline::Driver::ExchangeStreams(StateArchive& archive) {
  const size_t count = archive.Count("streams", streams_.size(), kMostStreams);
  turn_ = archive.Count("turn", turn_, count);
  for (size_t i = 0; i < count; ++i) {
    const StateArchive::Scope scope(archive, Format("streams.{}", i));
    HYPNOS_RETURN_IF_ERROR(ExchangeStream(archive, i));
  }
  return archive.status();
}

Status Pipeline::Driver::ExchangeStream(StateArchive& archive, size_t index) {
  std::string name = archive.loading() ? "" : streams_[index]->name;
  size_t place = archive.loading() ? 0 : streams_[index]->place;
  archive.Text("name", name);
  place = archive.Count("place", place, kMostStreams);
  if (!archive.status().ok()) return archive.status();
  if (archive.loading()) {
    const bool taken = std::ranges::any_of(
        streams_, [&](const auto& s) { return s->place == place || s->name == name; });
    if (taken) archive.Refuse("place", "is that of another stream, or its name is");
    streams_.push_back(std::make_unique<Stream>(StreamInput{.name = name}, place, options_,
                                                memories_.sequences.frames()));
    network_->MakeLanes(place + 1);
  }
  Stream& stream = *streams_[index];
  HYPNOS_RETURN_IF_ERROR(stream.ExchangeState(archive, options_.encoder, network_->grid().frame()));
  if (!archive.status().ok()) return archive.status();
  ExchangeLanes(archive, stream);
  return {};
}

// Of what runs beside it only what goes on: asleep it was cut.
void Pipeline::Driver::ExchangeLanes(StateArchive& archive, const Stream& stream) {
  const auto lane = [&](const char* name, Lane of, int64_t tick) {
    const StateArchive::Scope scope(archive, name);
    network_->ExchangeLane(archive, stream.lane(of), tick);
  };
  if (stream.real_ticks == 0) return;
  lane("real", Lane::kReal, stream.real_ticks);
  if (!stream.negative_lane.is_beside()) return;
  lane("dream", Lane::kDream, stream.negative_lane.tick());
  if (stream.labelled_ticks > 0) lane("labelled", Lane::kReplay, stream.labelled_ticks);
}

void Pipeline::Driver::GoOnWithoutMemory() {
  remembered_ = 0;
  for (const auto& stream : streams_) {
    stream->ledger = MemoryLedger(memories_.sequences.frames(), options_.memory.interval_frames);
  }
  // There is nothing that could be dreamed of.
  WakeNow();
}

Status Pipeline::Driver::RestoreState(StateArchive& archive) try {
  if (flow_ && !ended_) flow_->Drain();
  PipelineObserver nobody;
  Driver saved(WithoutRemotes(options_), clock_, nobody);
  HYPNOS_RETURN_IF_ERROR(saved.Load(archive));
  HYPNOS_RETURN_IF_ERROR(CheckFrameShape(saved));
  TakeOver(saved);
  Tell(StateReplaced{.control = this});
  // What does not learn does not sleep. After it was told, so that a replay wakes here, too.
  if (!learns()) Awaken();
  return {};
} catch (const RemoteLayerError& e) {
  return e.error();
} catch (const std::bad_alloc&) {
  return OutOfMemory();
}

void Pipeline::Driver::TakeOverLearned(Driver& saved) {
  // What points to networks ends before they change hands.
  for (Driver* driver : {this, &saved}) {
    driver->flow_.reset();
    driver->stages_.reset();
  }
  network_ = std::move(saved.network_);
  negatives_ = std::move(saved.negatives_);
  choice_ = saved.choice_;
  replay_rng_ = saved.replay_rng_;
  CutStreams();
  MakeFlow();
}

void Pipeline::Driver::TellNewWeights() {
  PhaseReport report = PhaseNow();
  TellPhase(report);
}

void Pipeline::Driver::TakeOver(Driver& saved) {
  TakeOverLearned(saved);
  TakeOverUsual(saved);
  memories_.sequences = std::move(saved.memories_.sequences);
  memories_.replay_residuals = std::move(saved.memories_.replay_residuals);
  schedule_ = saved.schedule_;
  replay_ticks_ = saved.replay_ticks_;
  sleeping_lane_ = saved.sleeping_lane_;
  recalled_ = saved.recalled_;
  sleep_ = saved.sleep_;
  fell_asleep_ = saved.fell_asleep_;
  unheeded_ = saved.unheeded_;
  remembered_ = saved.remembered_;
  learned_steps_ = saved.learned_steps_;
  learned_since_probe_ = saved.learned_since_probe_;
  guard_.TakeOver(saved.guard_);
  good_ = std::move(saved.good_);
  network_->SetRateFactor(static_cast<float>(guard_.rate_factor()));
  PushSleepingLanes();
  TellNewWeights();
  wake_after_dream_ = saved.wake_after_dream_;
  CountReplacement();
}

void Pipeline::Driver::TakeOverUsual(Driver& saved) {
  for (const auto& stream : streams_) {
    Stream* before = saved.Find(stream->name);
    if (before == nullptr || before->novelty == nullptr) continue;
    before->novelty->End(nullptr);
    before->novelty->NumberAbove(stream->novelty->last_number());
    stream->novelty = std::move(before->novelty);
    stream->series = std::move(before->series);
  }
}

// As a switch of phases, whether it was one or not: a replay is given what came of it.
void Pipeline::Driver::CountReplacement() { ++phase_switches_; }

// What reads the frames stays as it is.
Status Pipeline::Driver::CheckFrameShape(const Driver& saved) const {
  if (!network_) return {};
  const PlaneShape& here = network_->grid().frame();
  const PlaneShape& there = saved.network_->grid().frame();
  if (here == there) return {};
  return Error{Code::kFailedPrecondition, "FRAME_SIZE",
               Format("it was made for frames of {}x{}, and those that come are of {}x{}: give "
                      "encoding.width and height, to which all are resized, and start the daemon "
                      "again",
                      there.width, there.height, here.width, here.height)};
}

// What comes next does not follow what the lanes hold now, and what is usual was told by other
// weights.
void Pipeline::Driver::CutStreams() {
  for (const auto& stream : streams_) {
    network_->MakeLanes(stream->place + 1);
    CutStream(*stream);
    stream->ForgetUsual();
  }
}

// Which a sleep that was saved goes on from.
void Pipeline::Driver::PushSleepingLanes() {
  if (!schedule_.asleep()) return;
  network_->PushLane(Lane::kReplay, replay_ticks_);
  network_->PushLane(Lane::kDream, sleeping_lane_.tick());
}

void Pipeline::Driver::CutStream(Stream& stream) {
  EndEvent(stream);
  stream.switched = true;
  stream.held_out_since_learning = false;
  stream.negative_lane.CutBeside();
}

void Pipeline::Driver::ImportLayer(size_t l, const Network& other, ImportReport& report) {
  const FfLayerOptions& here = network_->layer(l).options();
  if (l >= other.layer_count()) {
    report.left.push_back(Format("layer {}: there is none in the checkpoint", l + 1));
    return;
  }
  const FfLayerOptions& there = other.layer(l).options();
  if (there.units == here.units && there.below == here.below && there.above == here.above &&
      there.self == here.self) {
    network_->mutable_layer(l).SetParameters(other.layer(l).parameters());
    report.taken.push_back(Format("layer {}: {} units", l + 1, here.units));
    return;
  }
  const auto described = [](const FfLayerOptions& layer) {
    return Format("{} units that read {} values below, {} above{}", layer.units, layer.below,
                  layer.above, layer.self ? " and themselves" : "");
  };
  report.left.push_back(
      Format("layer {}: there it has {}; here {}", l + 1, described(there), described(here)));
}

Result<ImportReport> Pipeline::Driver::Import(const Network& other) {
  if (!network_) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no frame has come yet, so there is no network"};
  }
  WakeNow();
  if (!ended_) flow_->Drain();
  ImportReport report;
  for (size_t l = 0; l < network_->layer_count(); ++l) ImportLayer(l, other, report);
  for (size_t l = network_->layer_count(); l < other.layer_count(); ++l) {
    report.left.push_back(Format("layer {}: there is none here", l + 1));
  }
  network_->PushLayers();
  const Matrix there = other.generator().weights(), here = network_->generator().weights();
  if (there.rows() == here.rows() && there.cols() == here.cols()) {
    network_->mutable_generator().SetWeights(there);
    report.taken.push_back("the read-out that predicts");
  } else {
    report.left.push_back(
        Format("the read-out that predicts: there it has {} x {} weights, here {} x {}",
               there.rows(), there.cols(), here.rows(), here.cols()));
  }
  if (options_.network.labels.classes > 0) {
    (network_->CopyLabelReadOut(other) ? report.taken : report.left)
        .push_back("the read-out of labels");
  }
  report.left.push_back("what is remembered, and by what frames are scaled: these are of here");
  guard_.TakeOver(Guard(options_.guard));
  good_.reset();
  CutStreams();
  CountReplacement();
  Tell(StateReplaced{.control = this});
  return report;
}

}  // namespace hypnos
