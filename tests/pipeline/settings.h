// Runs of many configurations that can be saved, gone on with and compared: everything that was
// reported, and all that lasts, bit by bit.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "pipeline/novel.h"
#include "pipeline/series_clip.h"
#include "support/memory_archive.h"

namespace hypnos {

using Clips = std::map<std::string, std::vector<Frame>>;

// What is learned, and from what.
struct Setting {
  std::string name;
  PipelineOptions options;
  Clips clips;
};

inline void PrintTo(const Setting& setting, std::ostream* out) { *out << setting.name; }

inline std::vector<Frame> ClipFrom(int64_t first, int64_t frames) {
  std::vector<Frame> clip = MakeClip(first + frames);
  clip.erase(clip.begin(), clip.begin() + first);
  clip.front().discontinuity = Discontinuity::kStart;
  return clip;
}

// Some are held out, some are cuts, some have labels.
inline std::vector<Frame> MixedClip(int64_t first, int64_t frames) {
  std::vector<Frame> clip = ClipFrom(first, frames);
  for (size_t i = 0; i < clip.size(); ++i) {
    clip[i].learn = i % 40 < 30;
    if (i % 37 == 36) clip[i].discontinuity = Discontinuity::kGap;
    if (i % 11 > 1) clip[i].label = i / 5 % 3;
    if (i % 23 == 5) clip[i].gate = GateVerdict::kDuplicate;
  }
  return clip;
}

inline PipelineOptions WithRule(LearningRule rule) {
  PipelineOptions options = SmallPipeline();
  options.network.learning.rule = rule;
  options.network.learning.threshold_share = 0.1f;
  options.probe = {.sequences = 2, .interval_frames = 8, .locations = 4, .every_steps = 40};
  return options;
}

inline std::vector<Setting> Settings() {
  const Clips one = {{"", MixedClip(0, 90)}};
  std::vector<Setting> settings;
  const auto add = [&](const std::string& name, PipelineOptions options, Clips clips) {
    settings.push_back({name, std::move(options), std::move(clips)});
  };
  add("Rehearsed", WithRule(LearningRule::kRehearsed), one);
  add("Deferred", WithRule(LearningRule::kDeferredContrast), one);
  add("Carried", WithRule(LearningRule::kCarriedVelocity), one);
  add("Interleaved", WithRule(LearningRule::kInterleaved), one);
  add("Looking", WithRule(LearningRule::kLooking), one);

  PipelineOptions rms = WithRule(LearningRule::kInterleaved);
  rms.network.learning.optimiser = Optimiser::kRms;
  rms.network.learning.hold_steps = 10;
  rms.network.learning.fall_steps = 30;
  rms.network.layers[0].layer.constraint_units = 4;
  rms.network.layers[1].layer.top_units = 5;
  rms.network.layers[2].layer.norm_cap = 1;
  add("Rms", rms, one);
  PipelineOptions novel = NovelPipeline();
  novel.novelty->options.events.warm_up_seconds = 2;
  add("Novelty", novel, one);
  add("Series", SeriesPipeline(), {{"", SeriesClip(90)}});

  for (const LearningRule rule : {LearningRule::kRehearsed, LearningRule::kInterleaved}) {
    const std::string of = rule == LearningRule::kRehearsed ? "Asleep" : "Beside";
    PipelineOptions negatives = WithRule(rule);
    negatives.negatives = {.dream = 1, .one_step = 1, .hybrid = 1, .splice = 1};
    negatives.steps_per_frame = 2;
    add("EveryNegative" + of, negatives, one);
    for (const LabelPlace place : {LabelPlace::kTop, LabelPlace::kInput}) {
      PipelineOptions labels = WithRule(rule);
      labels.network.labels = {.classes = 3, .shown = true, .place = place};
      labels.negatives = {.dream = 1, .random_label = 2, .predicted_label = 2};
      add(std::string("Labels") + (place == LabelPlace::kTop ? "Above" : "BesideInput") + of,
          labels, one);
    }
    // Updates wait as factors: with and without a matrix for the velocity.
    for (const float velocity : {0.3f, 0.9f}) {
      PipelineOptions whole = WithRule(rule);
      whole.network.patches = {};
      whole.network.learning.rate = 1e-4f;
      whole.network.learning.velocity = velocity;
      add(Format("WholeFrames{}Velocity{}", of, velocity * 10), whole, one);
    }
  }
  PipelineOptions deferred = WithRule(LearningRule::kDeferredContrast);
  deferred.network.patches = {};
  deferred.network.layers[0].layer.storage = WeightStorage::kBfloat16;
  add("WholeFramesDeferredBfloat16", deferred, one);
  PipelineOptions half = WithRule(LearningRule::kRehearsed);
  half.network.layers[0].layer.storage = WeightStorage::kBfloat16;
  add("PatchesBfloat16", half, one);

  // Asleep by need, as the probe set says.
  PipelineOptions need = WithRule(LearningRule::kRehearsed);
  need.schedule = {.wake_steps = 0, .sleep_steps = 0};
  need.schedule.need.auc = 1;
  need.schedule.need.margin = 0.5;
  need.schedule.least_wake_steps = 10;
  need.schedule.longest_need_steps = 12;
  need.schedule.wake_when_finished = true;
  need.probe.every_steps = 7;
  add("ByNeed", need, one);

  // With a rollback or two on the way, and one attempt after the other, until learning stops.
  for (const LearningRule rule :
       {LearningRule::kRehearsed, LearningRule::kDeferredContrast, LearningRule::kInterleaved}) {
    PipelineOptions guarded = WithRule(rule);
    guarded.network.learning.rate = 0.01f;
    guarded.probe.every_steps = 6;
    guarded.guard = {
        .enabled = true,
        .limits = {.dead_units = {}, .weight_norm = 1.01, .margin = 0.002, .scorings = 1},
        .attempts = 2,
        .rate_factor = 0.8,
        .recover_steps = 40,
        .keep_every_steps = 1};
    add(Format("Guarded{}", static_cast<int>(rule)), guarded, one);
  }

  PipelineOptions squares = WithRule(LearningRule::kRehearsed);
  squares.network.generator.rule = GeneratorRule::kLeastSquares;
  squares.encoder = VideoEncoderOptions{.temporal_difference = true, .optical_flow = true};
  squares.network.input_scale = InputScale::kScaled;
  add("LeastSquaresAndFlow", squares, one);

  const Clips several = {
      {"door", MixedClip(0, 60)}, {"short", ClipFrom(200, 21)}, {"yard", MixedClip(100, 70)}};
  for (const LearningRule rule : {LearningRule::kRehearsed, LearningRule::kInterleaved}) {
    PipelineOptions options = WithRule(rule);
    options.negatives = {.dream = 1, .hybrid = 1};
    add(rule == LearningRule::kRehearsed ? "SeveralAsleep" : "SeveralBeside", options, several);
  }
  return settings;
}

inline Setting TextSetting() {
  constexpr size_t kSymbols = 5, kReaders = 10;
  PipelineOptions options = WithRule(LearningRule::kInterleaved);
  options.encoder = TextEncoderOptions{.symbols = kSymbols, .window = 4, .readers = kReaders};
  options.network.patches.size = 1;
  options.network.generator = {.kind = GeneratorKind::kSoftmax, .rate = 0.3f, .symbols = kSymbols};
  options.network.learning.optimiser = Optimiser::kRms;
  options.negatives = {.dream = 1, .one_step = 1, .splice = 1};
  std::vector<Frame> text;
  Rng rng(3);
  for (int64_t t = 0; t < 80; ++t) {
    Frame& frame = text.emplace_back();
    frame.index = t;
    frame.discontinuity = t == 0 ? Discontinuity::kStart : Discontinuity::kNone;
    for (size_t r = 0; r < kReaders; ++r) {
      frame.symbols.push_back(static_cast<uint8_t>(rng.Below(kSymbols)));
    }
  }
  return {"Text", options, {{"", std::move(text)}}};
}

// On its wall it is always the same time: decisions are remembered with theirs.
class StandingWallClock final : public Clock {
 public:
  Instant Now() const override { return clock_.Now(); }
  WallTime WallNow() const override { return {}; }

 private:
  SystemClock clock_;
};

// What was saved, and what had been reported until then.
struct Saved {
  SavedState state;
  std::string text;
  bool asleep = false;
};

class Watcher {
 public:
  // `save_after`: so many reports; 0: never.
  explicit Watcher(const Setting& setting, size_t save_after = 0)
      : setting_(setting),
        recorder_([this] { Post(); }, save_after),
        pipeline(setting.options, clock_, recorder_) {}

  // From the beginning, or from what was saved.
  void Run(const SavedState* from = nullptr) {
    std::map<std::string, uint64_t> taken;
    if (from != nullptr) {
      MemoryLoader loader(*from);
      const Status loaded = pipeline.Load(loader);
      ASSERT_TRUE(loaded.ok()) << loaded.error().message;
      EXPECT_THAT(loader.left(), testing::IsEmpty());
      for (const auto& stream : pipeline.awaited_streams()) taken[stream.name] = stream.frames;
    }
    for (const auto& [name, frames] : setting_.clips) {
      FrameQueue& queue = queues_.emplace_back(frames.size() + 1, OnFull::kBlock);
      const auto first = frames.begin() + static_cast<ptrdiff_t>(taken[name]);
      Fill(queue, {first, frames.end()});
      pipeline.Post([&, of = name](PipelineControl& control) {
        control.AddStream({.name = of, .queue = &queue, .continues = from != nullptr});
      });
    }
    const auto result = pipeline.Run();
    ASSERT_TRUE(result.ok()) << result.error().message;
  }

  SavedState State() {
    MemorySaver saver;
    pipeline.Post([&](PipelineControl& control) { EXPECT_TRUE(control.SaveState(saver).ok()); });
    return saver.saved();
  }
  const std::string& text() const { return recorder_.text; }
  const std::optional<Saved>& saved() const { return saved_; }

 private:
  class SavingRecorder final : public Recorder {
   public:
    SavingRecorder(std::function<void()> save, size_t save_after)
        : save_(std::move(save)), save_after_(save_after) {}
    void OnFrame(const FrameReport& report) override {
      Recorder::OnFrame(report);
      Count();
    }
    void OnDream(const DreamReport& report) override {
      Recorder::OnDream(report);
      Count();
    }
    void OnGuard(const GuardReport& report) override {
      if (report.news) text += ToString(*report.news) + "\n";
    }
    void OnProbe(const ProbeReport& report) override {
      for (const LayerProbe& layer : report.figures.layers) text += Format("{:a} ", layer.auc);
      text += "probe\n";
    }

   private:
    void Count() {
      if (++reports_ == save_after_) save_();
    }
    const std::function<void()> save_;
    const size_t save_after_;
    size_t reports_ = 0;
  };

  void Post() {
    pipeline.Post([this](PipelineControl& control) {
      MemorySaver saver;
      EXPECT_TRUE(control.SaveState(saver).ok());
      saved_ = {saver.saved(), recorder_.text, control.phase().asleep};
    });
  }

  const Setting& setting_;
  StandingWallClock clock_;
  SavingRecorder recorder_;
  std::deque<FrameQueue> queues_;
  std::optional<Saved> saved_;

 public:
  Pipeline pipeline;
};

inline std::vector<Setting> AllSettings() {
  std::vector<Setting> settings = Settings();
  settings.push_back(TextSetting());
  return settings;
}

}  // namespace hypnos
