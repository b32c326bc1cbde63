#include "daemon/build_options.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "hypnos/config/load.h"

namespace hypnos {
namespace {

using config::Config;

// The shortest whole configuration, with some keys set: "seed=7".
Config With(const std::vector<std::string>& sets) {
  auto config = config::Parse(
      "sources: [{name: toy, synthetic: {}}]\nencoding: {patches: {}}\nnetwork: {layers: [{}]}\n",
      "f", {.sets = sets, .environment = {}});
  HYPNOS_CHECK(config.ok());
  return *config;
}

PipelineOptions Pipeline(const std::vector<std::string>& sets) {
  return BuildPipelineOptions(With(sets));
}

template <class Kind>
Kind Source(const std::string& yaml) {
  const Config config = With({"sources.0=" + yaml});
  return std::get<Kind>(BuildSourceOptions(config.sources(0), config).kind);
}

TEST(BuildPipelineOptions, TakesTheEncoding) {
  const auto options = std::get<VideoEncoderOptions>(
      Pipeline({"encoding.width=320", "encoding.height=240", "encoding.colour=bgr",
                "encoding.temporal_difference=true", "encoding.optical_flow=true",
                "encoding.scaling_horizon_frames=50", "encoding.scaling_settle_frames=40"})
          .encoder);
  EXPECT_EQ(options.width, 320);
  EXPECT_EQ(options.height, 240);
  EXPECT_EQ(options.colour, VideoEncoderOptions::Colour::kBgr);
  EXPECT_TRUE(options.temporal_difference);
  EXPECT_TRUE(options.optical_flow);
  EXPECT_EQ(options.scaling.horizon_frames, 50);
  EXPECT_EQ(options.scaling.settle_frames, 40);
  const auto encoder = [](const char* setting) {
    return std::get<VideoEncoderOptions>(Pipeline({setting}).encoder);
  };
  EXPECT_FALSE(encoder("encoding.optical_flow=true").temporal_difference);
  EXPECT_FALSE(encoder("encoding.temporal_difference=true").optical_flow);
}

TEST(BuildPipelineOptions, ALogIsReadAsALogAlsoWhereNobodyNamesItsColumn) {
  const auto columns = [](const std::vector<std::string>& sets) {
    return std::get<SeriesEncoderOptions>(Pipeline(sets).encoder).columns;
  };
  const std::string log = "sources.0={name: log, series: {path: a.log, format: lines}}";
  EXPECT_EQ(columns({log}), std::vector<SeriesColumn>({LineOfALog()}));
  EXPECT_TRUE(columns({"sources.0={name: pump, series: {path: a.csv}}"}).empty());
  const auto named =
      columns({log, "encoding.series.columns=[{name: text, kind: log, buckets: 8}]"});
  ASSERT_EQ(named.size(), 1u);
  EXPECT_EQ(named[0].buckets, 8u);
}

TEST(BuildPipelineOptions, TakesThePatches) {
  const NetworkOptions given =
      Pipeline({"encoding.patches.size=8", "encoding.patches.stride=4"}).network;
  EXPECT_EQ(given.patches.size, 8);
  EXPECT_EQ(given.patches.stride, 4);
  Config whole_frame = With({});
  whole_frame.mutable_encoding()->clear_patches();
  EXPECT_EQ(BuildPipelineOptions(whole_frame).network.patches.size, 0);
}

TEST(BuildPipelineOptions, TakesEachLayer) {
  const auto layers =
      Pipeline({"network.layers.0={units: 12, constraint_units: 3, damping: 0.5, self: false}",
                "network.layers.1={threshold_per_unit: 2, temperature_per_unit: 3, top_down: false,"
                " peer_normalisation: 0.25, norm_cap: 4, top_units: 5}"})
          .network.layers;
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].layer.units, 12u);
  EXPECT_EQ(layers[0].layer.constraint_units, 3u);
  EXPECT_EQ(layers[0].layer.damping, 0.5f);
  EXPECT_FALSE(layers[0].layer.self);
  EXPECT_TRUE(layers[0].top_down);
  EXPECT_EQ(layers[1].layer.threshold_per_unit, 2);
  EXPECT_EQ(layers[1].layer.temperature_per_unit, 3);
  EXPECT_EQ(layers[1].layer.peer_normalisation, 0.25f);
  EXPECT_EQ(layers[1].layer.norm_cap, 4);
  EXPECT_EQ(layers[1].layer.top_units, 5u);
  EXPECT_TRUE(layers[1].layer.self);
  EXPECT_FALSE(layers[1].top_down);
}

TEST(BuildPipelineOptions, ATextIsReadBySymbols) {
  const PipelineOptions options =
      Pipeline({"sources.0={name: a, text: {path: x}}", "encoding.text.alphabet=abc",
                "encoding.text.window=4", "encoding.text.readers=7"});
  const auto& encoder = std::get<TextEncoderOptions>(options.encoder);
  EXPECT_EQ(encoder.symbols, 3u);
  EXPECT_EQ(encoder.window, 4u);
  EXPECT_EQ(encoder.readers, 7u);
  EXPECT_EQ(options.network.patches.size, 1);
  EXPECT_EQ(options.network.generator.kind, GeneratorKind::kSoftmax);
  EXPECT_EQ(options.network.generator.symbols, 3u);
  EXPECT_EQ(Pipeline({}).network.generator.kind, GeneratorKind::kLinear);
}

TEST(BuildSourceOptions, ATextKnowsItsSymbols) {
  const auto text = [](const std::string& source, const std::string& encoding) {
    const Config config =
        With({"sources.0={name: a, text: " + source + "}", "encoding.text=" + encoding});
    return std::get<TextSourceOptions>(BuildSourceOptions(config.sources(0), config).kind);
  };
  const TextSourceOptions file =
      text("{path: x, rounds: 0}", "{alphabet: abc, unknown: c, readers: 7}");
  EXPECT_EQ(file.path, "x");
  EXPECT_EQ(file.alphabet, "abc");
  EXPECT_EQ(file.unknown, "c");
  EXPECT_EQ(file.readers, 7u);
  EXPECT_EQ(file.rounds, 0u);
  EXPECT_FALSE(file.follow);
  EXPECT_TRUE(text("{path: x, follow: true}", "{}").follow);
}

TEST(BuildPipelineOptions, TakesTheNetworkAndItsGenerator) {
  const PipelineOptions options =
      Pipeline({"network.steps_per_frame=8", "network.input_scale=scaled",
                "network.input_noise_power=0.5", "generator.rate=0.75", "generator.start=zero"});
  EXPECT_EQ(options.steps_per_frame, 8);
  EXPECT_EQ(options.network.input_scale, InputScale::kScaled);
  EXPECT_EQ(options.network.input_noise_power, 0.5f);
  EXPECT_EQ(options.network.generator.rate, 0.75f);
  EXPECT_EQ(options.network.generator.start, GeneratorStart::kZero);
}

TEST(BuildPipelineOptions, TakesTheLearning) {
  const LearningOptions options =
      Pipeline({"learning.rate=0.25", "learning.velocity=0.5", "learning.weight_decay=0.125",
                "learning.online_share=0.75", "learning.optimiser=rms", "learning.rule=interleaved",
                "learning.square_memory=0.5",
                "learning.rate_schedule={hold_steps: 7, fall_steps: 8, floor: 0.25}"})
          .network.learning;
  EXPECT_EQ(options.rate, 0.25f);
  EXPECT_EQ(options.velocity, 0.5f);
  EXPECT_EQ(options.weight_decay, 0.125f);
  EXPECT_EQ(options.online_share, 0.75f);
  EXPECT_EQ(options.optimiser, Optimiser::kRms);
  EXPECT_EQ(options.square_memory, 0.5f);
  EXPECT_EQ(options.hold_steps, 7u);
  EXPECT_EQ(options.fall_steps, 8u);
  EXPECT_EQ(options.rate_floor, 0.25f);
}

TEST(BuildPipelineOptions, TakesWhatToLearnAgainst) {
  const NegativeWeights weights =
      Pipeline({"learning.negatives={dream: 0.5, one_step: 2, hybrid: 3, splice: 4}"}).negatives;
  EXPECT_EQ(weights.dream, 0.5);
  EXPECT_EQ(weights.one_step, 2);
  EXPECT_EQ(weights.hybrid, 3);
  EXPECT_EQ(weights.splice, 4);
}

TEST(BuildPipelineOptions, TakesWhatNoveltyIs) {
  EXPECT_FALSE(Pipeline({}).novelty);
  const PipelineNovelty defaults = *Pipeline({"novelty={enabled: true}"}).novelty;
  const NoveltyOptions made;
  EXPECT_EQ(defaults.by, SurpriseKind::kGoodness);
  EXPECT_EQ(defaults.options.calibration.new_normal_seconds, made.calibration.new_normal_seconds);
  EXPECT_EQ(defaults.options.calibration.reach, made.calibration.reach);
  EXPECT_EQ(defaults.options.calibration.persistence_frames, made.calibration.persistence_frames);
  EXPECT_EQ(defaults.options.events.warm_up_seconds, made.events.warm_up_seconds);
  EXPECT_EQ(defaults.options.events.begin_score, made.events.begin_score);
  EXPECT_EQ(defaults.options.events.end_score, made.events.end_score);
  EXPECT_EQ(defaults.options.events.quiet_seconds, made.events.quiet_seconds);
  EXPECT_EQ(defaults.options.events.least_seconds, made.events.least_seconds);
  EXPECT_EQ(defaults.options.events.cooldown_seconds, made.events.cooldown_seconds);
  EXPECT_EQ(defaults.options.events.scene_share, made.events.scene_share);
  EXPECT_EQ(defaults.options.events.settle_seconds, made.events.settle_seconds);
  const PipelineNovelty given =
      *Pipeline(
           {"encoding.motion=true",
            "novelty={enabled: true, surprise: prediction_error, new_normal_seconds: 9, reach: 2, "
            "persistence_frames: 3, warm_up_seconds: 4, begin_score: 5, end_score: 1, "
            "quiet_seconds: 6, least_seconds: 7, cooldown_seconds: 8, scene_share: 0.25, "
            "settle_seconds: 10}"})
           .novelty;
  EXPECT_EQ(given.by, SurpriseKind::kPredictionError);
  EXPECT_EQ(given.options.calibration.new_normal_seconds, 9);
  EXPECT_EQ(given.options.calibration.reach, 2);
  EXPECT_EQ(given.options.calibration.persistence_frames, 3);
  EXPECT_EQ(given.options.events.warm_up_seconds, 4);
  EXPECT_EQ(given.options.events.begin_score, 5);
  EXPECT_EQ(given.options.events.end_score, 1);
  EXPECT_EQ(given.options.events.quiet_seconds, 6);
  EXPECT_EQ(given.options.events.least_seconds, 7);
  EXPECT_EQ(given.options.events.cooldown_seconds, 8);
  EXPECT_EQ(given.options.events.scene_share, 0.25);
  EXPECT_EQ(given.options.events.settle_seconds, 10);
}

TEST(BuildPipelineOptions, KnowsEveryRule) {
  const auto rule = [](const std::string& name) {
    return Pipeline({"learning.rule=" + name}).network.learning.rule;
  };
  EXPECT_EQ(rule("deferred_contrast"), LearningRule::kDeferredContrast);
  EXPECT_EQ(rule("interleaved"), LearningRule::kInterleaved);
  EXPECT_EQ(rule("looking"), LearningRule::kLooking);
}

TEST(BuildPipelineOptions, TakesScheduleAndPipeline) {
  const PipelineOptions options =
      Pipeline({"seed=7", "schedule.wake_steps=11", "schedule.sleep_steps=12",
                "schedule.dream_steps=13", "pipeline.threads=5", "pipeline.frames_in_flight=6"});
  EXPECT_EQ(options.seed, 7u);
  EXPECT_EQ(options.schedule.wake_steps, 11u);
  EXPECT_EQ(options.schedule.sleep_steps, 12u);
  EXPECT_EQ(options.dream_steps, 13);
  EXPECT_EQ(options.threads, 5);
  EXPECT_EQ(options.frames_in_flight, 6u);
}

TEST(BuildPipelineOptions, TakesTheMemory) {
  const PipelineOptions options = Pipeline({"memory.sequences=3", "memory.context_frames=4",
                                            "memory.interval_frames=17", "memory.residuals=5"});
  EXPECT_EQ(options.memory.sequences, 3u);
  EXPECT_EQ(options.memory.context_frames, 4u);
  EXPECT_EQ(options.memory.interval_frames, 17u);
  EXPECT_EQ(options.memory.residuals, 5u);
}

// Who builds options in code and who writes a configuration start from the same.
class Defaults : public testing::Test {
 protected:
  const PipelineOptions built_ = Pipeline({});
  const PipelineOptions made_ = {};
};

TEST_F(Defaults, OfTheEncoderAgree) {
  const auto& built = std::get<VideoEncoderOptions>(built_.encoder);
  const auto& made = std::get<VideoEncoderOptions>(made_.encoder);
  EXPECT_EQ(built.width, made.width);
  EXPECT_EQ(built.height, made.height);
  EXPECT_EQ(built.colour, made.colour);
  EXPECT_EQ(built.temporal_difference, made.temporal_difference);
  EXPECT_EQ(built.optical_flow, made.optical_flow);
  EXPECT_EQ(built.motion, made.motion);
  EXPECT_EQ(built.place, made.place);
  EXPECT_EQ(built.cell, made.cell);
  EXPECT_EQ(built.scaling.horizon_frames, made.scaling.horizon_frames);
  EXPECT_EQ(built.scaling.settle_frames, made.scaling.settle_frames);
}

TEST_F(Defaults, OfALayerAgree) {
  ASSERT_EQ(built_.network.layers.size(), 1u);
  const NetworkLayerOptions made_layer;
  const FfLayerOptions &built = built_.network.layers[0].layer, &made = made_layer.layer;
  EXPECT_EQ(built.units, made.units);
  EXPECT_EQ(built.constraint_units, made.constraint_units);
  EXPECT_EQ(built.damping, made.damping);
  EXPECT_EQ(built.threshold_per_unit, made.threshold_per_unit);
  EXPECT_EQ(built.temperature_per_unit, made.temperature_per_unit);
  EXPECT_EQ(built.self, made.self);
  EXPECT_EQ(built.peer_normalisation, made.peer_normalisation);
  EXPECT_EQ(built.norm_cap, made.norm_cap);
  EXPECT_EQ(built.top_units, made.top_units);
  EXPECT_EQ(built_.network.layers[0].top_down, made_layer.top_down);
}

TEST_F(Defaults, OfNetworkAndGeneratorAgree) {
  EXPECT_EQ(built_.steps_per_frame, made_.steps_per_frame);
  EXPECT_EQ(built_.network.patches.stride, made_.network.patches.stride);
  EXPECT_EQ(built_.network.input_scale, made_.network.input_scale);
  EXPECT_EQ(built_.network.input_noise_power, made_.network.input_noise_power);
  EXPECT_EQ(built_.network.generator.rate, made_.network.generator.rate);
  EXPECT_EQ(built_.network.generator.start, made_.network.generator.start);
  const NetworkLabelOptions &labels = built_.network.labels, &made = made_.network.labels;
  EXPECT_EQ(labels.classes, made.classes);
  EXPECT_EQ(labels.shown, made.shown);
  EXPECT_EQ(labels.place, made.place);
  EXPECT_EQ(labels.strength, made.strength);
  EXPECT_EQ(labels.read_out_rate, made.read_out_rate);
}

TEST_F(Defaults, OfLearningAgree) {
  const LearningOptions &built = built_.network.learning, &made = made_.network.learning;
  EXPECT_EQ(built.rule, made.rule);
  EXPECT_EQ(built.velocity, made.velocity);
  EXPECT_EQ(built.weight_decay, made.weight_decay);
  EXPECT_EQ(built.online_share, made.online_share);
  EXPECT_EQ(built.optimiser, made.optimiser);
  EXPECT_EQ(built.square_memory, made.square_memory);
  EXPECT_EQ(built.hold_steps, made.hold_steps);
  EXPECT_EQ(built.fall_steps, made.fall_steps);
  EXPECT_EQ(built.rate_floor, made.rate_floor);
}

TEST_F(Defaults, OfScheduleAndPipelineAgree) {
  EXPECT_EQ(built_.seed, made_.seed);
  EXPECT_EQ(built_.schedule.wake_steps, made_.schedule.wake_steps);
  EXPECT_EQ(built_.schedule.sleep_steps, made_.schedule.sleep_steps);
  EXPECT_EQ(built_.schedule.hours.has_value(), made_.schedule.hours.has_value());
  EXPECT_EQ(built_.schedule.need.any(), made_.schedule.need.any());
  EXPECT_EQ(built_.schedule.need.margin, made_.schedule.need.margin);
  EXPECT_EQ(built_.schedule.need.positives_below, made_.schedule.need.positives_below);
  EXPECT_EQ(built_.schedule.least_wake_steps, made_.schedule.least_wake_steps);
  EXPECT_EQ(built_.schedule.longest_need_steps, made_.schedule.longest_need_steps);
  EXPECT_EQ(built_.schedule.quiet, made_.schedule.quiet);
  EXPECT_EQ(built_.schedule.longest_sleep_steps, made_.schedule.longest_sleep_steps);
  EXPECT_EQ(built_.schedule.wake_when_finished, made_.schedule.wake_when_finished);
  EXPECT_EQ(built_.while_asleep, made_.while_asleep);
  EXPECT_EQ(built_.asleep_frames, made_.asleep_frames);
  EXPECT_EQ(built_.dream_steps, made_.dream_steps);
  for (const NegativeKind kind : kAllNegativeKinds) {
    EXPECT_EQ(built_.negatives.Of(kind), made_.negatives.Of(kind)) << ToString(kind);
  }
  EXPECT_EQ(built_.threads, made_.threads);
  EXPECT_EQ(built_.frames_in_flight, made_.frames_in_flight);
}

TEST(BuildPipelineOptions, TakesEveryReasonToSleep) {
  const std::string need =
      "schedule.need={negatives_above: 0.6, goodness_ratio: 0.7, saturated: 0.8, auc: 0.4, "
      "margin: 0.5, positives_below: 0.9, least_wake_steps: 7, longest_steps: 17}";
  const PipelineOptions options =
      Pipeline({"schedule.hours=[{from: '22:00', to: '24:00', days: [sunday]}]",
                "schedule.time_zone=UTC", need, "schedule.quiet_seconds=8",
                "schedule.longest_sleep_steps=9", "schedule.wake_when_finished=true",
                "schedule.while_asleep=wait", "schedule.asleep_frames=10"});
  const WakeSleepOptions& schedule = options.schedule;
  ASSERT_TRUE(schedule.hours);
  const WallTime sunday{
      std::chrono::sys_days{std::chrono::year(2026) / 11 / 29}.time_since_epoch()};
  EXPECT_TRUE(schedule.hours->Contains(sunday + std::chrono::hours(22)));
  EXPECT_FALSE(schedule.hours->Contains(sunday + std::chrono::hours(21)));
  EXPECT_FALSE(schedule.hours->Contains(sunday + std::chrono::hours(22 + 24)));
  EXPECT_EQ(schedule.need.negatives_above, 0.6);
  EXPECT_EQ(schedule.need.goodness_ratio, 0.7);
  EXPECT_EQ(schedule.need.saturated, 0.8);
  EXPECT_EQ(schedule.need.auc, 0.4);
  EXPECT_EQ(schedule.need.margin, 0.5);
  EXPECT_EQ(schedule.need.positives_below, 0.9);
  EXPECT_EQ(schedule.least_wake_steps, 7u);
  EXPECT_EQ(schedule.longest_need_steps, 17u);
  EXPECT_EQ(schedule.quiet, std::chrono::seconds(8));
  EXPECT_EQ(schedule.longest_sleep_steps, 9u);
  EXPECT_TRUE(schedule.wake_when_finished);
  EXPECT_EQ(options.while_asleep, WhileAsleep::kWait);
  EXPECT_EQ(options.asleep_frames, 10u);
}

TEST_F(Defaults, OfTheMemoryAgree) {
  EXPECT_EQ(built_.memory.sequences, made_.memory.sequences);
  EXPECT_EQ(built_.memory.context_frames, made_.memory.context_frames);
  EXPECT_EQ(built_.memory.interval_frames, made_.memory.interval_frames);
  EXPECT_EQ(built_.memory.residuals, made_.memory.residuals);
  EXPECT_EQ(built_.probe.sequences, made_.probe.sequences);
  EXPECT_EQ(built_.probe.interval_frames, made_.probe.interval_frames);
  EXPECT_EQ(built_.probe.locations, made_.probe.locations);
  EXPECT_EQ(built_.probe.after_sleep, made_.probe.after_sleep);
  EXPECT_EQ(built_.probe.every_steps, made_.probe.every_steps);
}

TEST_F(Defaults, OfSourcesAgree) {
  const auto file = Source<FileSourceOptions>("{name: a, file: {path: p}}");
  EXPECT_EQ(file.rounds, FileSourceOptions().rounds);
  EXPECT_EQ(file.start_seconds, FileSourceOptions().start_seconds);
  EXPECT_EQ(file.end_seconds, FileSourceOptions().end_seconds);
  const auto folder = Source<FolderSourceOptions>("{name: a, folder: {path: p}}");
  EXPECT_EQ(folder.frame_rate_hz, FolderSourceOptions().frame_rate_hz);
  EXPECT_EQ(folder.rounds, FolderSourceOptions().rounds);
  const auto camera = Source<CameraSourceOptions>("{name: a, camera: {}}");
  EXPECT_EQ(camera.device, CameraSourceOptions().device);
  EXPECT_EQ(camera.width, CameraSourceOptions().width);
  EXPECT_EQ(camera.height, CameraSourceOptions().height);
  EXPECT_EQ(camera.frame_rate_hz, CameraSourceOptions().frame_rate_hz);
  EXPECT_EQ(camera.pixel_format, CameraSourceOptions().pixel_format);
  EXPECT_EQ(camera.exposure_milliseconds, CameraSourceOptions().exposure_milliseconds);
  const auto playlist =
      Source<PlaylistOptions>("{name: a, playlist: {entries: [{name: b, synthetic: {}}]}}");
  EXPECT_EQ(playlist.rounds, PlaylistOptions().rounds);
}

TEST_F(Defaults, OfSyntheticVideoAgree) {
  const auto built = Source<SyntheticSourceOptions>("{name: a, synthetic: {}}");
  const SyntheticSourceOptions made;
  EXPECT_EQ(built.scene, made.scene);
  EXPECT_EQ(built.width, made.width);
  EXPECT_EQ(built.height, made.height);
  EXPECT_EQ(built.frame_rate_hz, made.frame_rate_hz);
  EXPECT_EQ(built.frames, made.frames);
  EXPECT_EQ(built.revolutions_per_second, made.revolutions_per_second);
  EXPECT_EQ(built.shape, made.shape);
  EXPECT_EQ(built.glyphs, made.glyphs);
}

TEST(BuildSourceOptions, TakesNameAndLearn) {
  const Config config = With({"sources.0={name: door, learn: false, camera: {}}"});
  const SourceOptions options = BuildSourceOptions(config.sources(0), config);
  EXPECT_EQ(options.identity.name, "door");
  EXPECT_FALSE(options.identity.learn);
}

TEST(BuildSourceOptions, TakesViewAndPace) {
  const Config config = With(
      {"sources.0={name: a, pace: realtime, region: {left: 0.25, top: 0.5, width: 0.75, height: "
       "0.125}, masks: [{left: 0.5, width: 0.5}, {}], file: {path: p}}"});
  const SourceOptions options = BuildSourceOptions(config.sources(0), config);
  EXPECT_EQ(options.pace, Pace::kRealtime);
  ASSERT_TRUE(options.view.region);
  EXPECT_EQ(options.view.region->left, 0.25);
  EXPECT_EQ(options.view.region->top, 0.5);
  EXPECT_EQ(options.view.region->width, 0.75);
  EXPECT_EQ(options.view.region->height, 0.125);
  ASSERT_EQ(options.view.masks.size(), 2u);
  EXPECT_EQ(options.view.masks[0].left, 0.5);
  EXPECT_EQ(options.view.masks[1].width, PictureShare().width);
  const Config plain = With({"sources.0={name: a, file: {path: p}}"});
  EXPECT_TRUE(BuildSourceOptions(plain.sources(0), plain).view.sees_all());
  EXPECT_EQ(BuildSourceOptions(plain.sources(0), plain).pace, SourceOptions().pace);
}

TEST(BuildSourceOptions, TakesWhatIsSaidOfAStream) {
  const auto stream = Source<StreamSourceOptions>(
      "{name: a, max_frame_rate_hz: 5, stream: {url: 'rtsp://h', transport: udp, "
      "credentials_file: /login}}");
  EXPECT_EQ(stream.transport, StreamTransport::kUdp);
  EXPECT_EQ(stream.credentials_file, "/login");
  EXPECT_EQ(stream.live.max_frame_rate_hz, 5);
  const auto plain = Source<StreamSourceOptions>("{name: a, stream: {url: 'rtsp://h'}}");
  EXPECT_EQ(plain.transport, StreamSourceOptions().transport);
  EXPECT_EQ(plain.credentials_file, StreamSourceOptions().credentials_file);
  EXPECT_EQ(plain.live.max_frame_rate_hz, LiveOptions().max_frame_rate_hz);
}

TEST(BuildSourceOptions, KnowsEveryKind) {
  const auto camera = Source<CameraSourceOptions>(
      "{name: a, camera: {device: /dev/video3, width: 4, height: 5, frame_rate_hz: 6, "
      "pixel_format: MJPG, exposure_milliseconds: 7}}");
  EXPECT_EQ(camera.pixel_format, "MJPG");
  EXPECT_EQ(camera.exposure_milliseconds, 7);
  EXPECT_EQ(camera.device, "/dev/video3");
  EXPECT_EQ(camera.width, 4);
  EXPECT_EQ(camera.height, 5);
  EXPECT_EQ(camera.frame_rate_hz, 6);
  const auto file = Source<FileSourceOptions>(
      "{name: a, file: {path: p.avi, rounds: 0, start_seconds: 2, end_seconds: 3}}");
  EXPECT_EQ(file.path, "p.avi");
  EXPECT_EQ(file.rounds, 0u);
  EXPECT_EQ(file.start_seconds, 2);
  EXPECT_EQ(file.end_seconds, 3);
  EXPECT_EQ(Source<StreamSourceOptions>("{name: a, stream: {url: 'tcp://h:1'}}").url, "tcp://h:1");
  const auto folder =
      Source<FolderSourceOptions>("{name: a, folder: {path: p, frame_rate_hz: 3, rounds: 4}}");
  EXPECT_EQ(folder.path, "p");
  EXPECT_EQ(folder.frame_rate_hz, 3);
  EXPECT_EQ(folder.rounds, 4u);
  EXPECT_FALSE(folder.subfolders);
  EXPECT_TRUE(
      Source<FolderSourceOptions>("{name: a, folder: {path: p, subfolders: true}}").subfolders);
}

TEST(BuildSourceOptions, KnowsEverySyntheticOption) {
  const auto options = Source<SyntheticSourceOptions>(
      "{name: a, synthetic: {scene: glyphs, width: 32, height: 16, frame_rate_hz: 5, frames: 6,"
      " revolutions_per_second: 7, shape: 8, glyphs: 9, frames_per_digit: 10}}");
  EXPECT_EQ(options.scene, SyntheticSourceOptions::Scene::kGlyphs);
  EXPECT_EQ(options.width, 32);
  EXPECT_EQ(options.height, 16);
  EXPECT_EQ(options.frame_rate_hz, 5);
  EXPECT_EQ(options.frames, 6u);
  EXPECT_EQ(options.revolutions_per_second, 7);
  EXPECT_EQ(options.shape, 8u);
  EXPECT_EQ(options.glyphs, 9);
  EXPECT_EQ(options.frames_per_digit, 10);
  EXPECT_EQ(Source<SyntheticSourceOptions>("{name: a, synthetic: {scene: digits}}").scene,
            SyntheticSourceOptions::Scene::kDigits);
}

TEST(BuildPipelineOptions, ShowsLabelsToLayersThatLearnAgainstWrongOnes) {
  const NetworkLabelOptions none = Pipeline({}).network.labels;
  EXPECT_EQ(none.classes, 0u);
  EXPECT_FALSE(none.shown);
  const NetworkLabelOptions read = Pipeline({"labels.classes=[a, b]"}).network.labels;
  EXPECT_EQ(read.classes, 2u);
  EXPECT_FALSE(read.shown);
  const PipelineOptions options =
      Pipeline({"labels={classes: [a, b], place: input, strength: 5, read_out_rate: 0.25}",
                "learning.negatives={random_label: 2, predicted_label: 3}"});
  EXPECT_TRUE(options.network.labels.shown);
  EXPECT_EQ(options.network.labels.place, LabelPlace::kInput);
  EXPECT_EQ(options.network.labels.strength, 5);
  EXPECT_EQ(options.network.labels.read_out_rate, 0.25f);
  EXPECT_EQ(options.negatives.random_label, 2);
  EXPECT_EQ(options.negatives.predicted_label, 3);
}

LabelOptions LabelsOf(const std::string& source) {
  const Config config =
      With({"labels.classes=[a, b, '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']",
            "sources.0=" + source});
  return BuildSourceOptions(config.sources(0), config).labels;
}

TEST(BuildSourceOptions, TakesTheLabels) {
  using From = LabelOptions::From;
  EXPECT_EQ(LabelsOf("{name: s, camera: {}}").from, From::kNowhere);
  const LabelOptions file = LabelsOf("{name: s, labels: {file: f.csv}, file: {path: p}}");
  EXPECT_EQ(file.from, From::kFile);
  EXPECT_EQ(file.text, "f.csv");
  EXPECT_EQ(file.classes.size(), 12u);
  EXPECT_EQ(file.classes[1], "b");
  const LabelOptions name = LabelsOf("{name: s, labels: {name: b}, camera: {}}");
  EXPECT_EQ(name.from, From::kName);
  EXPECT_EQ(name.text, "b");
  EXPECT_EQ(LabelsOf("{name: s, labels: {folder: {}}, folder: {path: a}}").from, From::kFolder);
  EXPECT_EQ(LabelsOf("{name: s, labels: {scene: {}}, synthetic: {scene: digits}}").from,
            From::kScene);
}

TEST(BuildSourceOptions, TakesTheEntriesOfAPlaylistInOrder) {
  const auto playlist = Source<PlaylistOptions>(
      "{name: list, playlist: {rounds: 2, entries:"
      " [{name: one, synthetic: {}}, {name: two, learn: false, file: {path: p}}]}}");
  EXPECT_EQ(playlist.rounds, 2u);
  ASSERT_EQ(playlist.entries.size(), 2u);
  EXPECT_EQ(playlist.entries[0].identity.name, "one");
  EXPECT_TRUE(playlist.entries[0].identity.learn);
  EXPECT_EQ(playlist.entries[1].identity.name, "two");
  EXPECT_FALSE(playlist.entries[1].identity.learn);
  EXPECT_EQ(std::get<FileSourceOptions>(playlist.entries[1].kind).path, "p");
}

ControlServerOptions ControlOf(const std::vector<std::string>& sets) {
  return BuildControlServerOptions(With(sets).control());
}

TEST(BuildControlServerOptions, ListensOnAUnixSocketUnlessToldOtherwise) {
  const ControlServerOptions options = ControlOf({});
  EXPECT_EQ(options.socket_path, "/run/hypnos/control.sock");
  EXPECT_EQ(options.socket_access, control::CONTROL);
  EXPECT_FALSE(options.tcp);
  EXPECT_EQ(options.tokens_path, "");
  EXPECT_EQ(ControlOf({"control.socket=''"}).socket_path, "");
}

TEST(BuildControlServerOptions, TakesAccessAndTokens) {
  EXPECT_EQ(ControlOf({"control.socket_access=view"}).socket_access, control::VIEW);
  EXPECT_EQ(ControlOf({"control.socket_access=none"}).socket_access, control::NONE);
  EXPECT_EQ(ControlOf({"control.tokens=/t"}).tokens_path, "/t");
}

TEST(BuildControlServerOptions, TakesTcpAndItsCertificates) {
  const auto plain = ControlOf({"control.tcp={}"}).tcp;
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->address, "127.0.0.1");
  EXPECT_EQ(plain->port, 7411);
  EXPECT_FALSE(plain->tls);
  const auto safe = ControlOf({"control.tcp={address: '::', port: 9, tls: {certificate: c, key: k,"
                               " client_authority: a}}"})
                        .tcp;
  ASSERT_TRUE(safe && safe->tls);
  EXPECT_EQ(safe->address, "::");
  EXPECT_EQ(safe->port, 9);
  EXPECT_EQ(safe->tls->certificate_path, "c");
  EXPECT_EQ(safe->tls->key_path, "k");
  EXPECT_EQ(safe->tls->client_authority_path, "a");
}

TEST(BuildWebServerOptions, ServesThisMachineUnlessToldOtherwise) {
  EXPECT_FALSE(With({}).has_web());
  const WebServerOptions options = BuildWebServerOptions(With({"web={}"}));
  EXPECT_EQ(options.address, "127.0.0.1");
  EXPECT_EQ(options.port, 8420);
  EXPECT_TRUE(options.hosts.empty());
  EXPECT_FALSE(options.tls);
  EXPECT_FALSE(options.tokens);
}

TEST(BuildWebServerOptions, TakesNamesCertificatesAndWhetherThereAreTokens) {
  const WebServerOptions options = BuildWebServerOptions(
      With({"web={address: '::', port: 9, hosts: [a, b], tls: {certificate: c,"
            " key: k}}",
            "control.tokens=/t"}));
  EXPECT_EQ(options.address, "::");
  EXPECT_EQ(options.port, 9);
  EXPECT_EQ(options.hosts, (std::vector<std::string>{"a", "b"}));
  ASSERT_TRUE(options.tls);
  EXPECT_EQ(options.tls->certificate_path, "c");
  EXPECT_EQ(options.tls->key_path, "k");
  EXPECT_TRUE(options.tokens);
}

TEST(BuildOnFull, DropsForWhatIsLiveUnlessToldOtherwise) {
  const auto built = [](const std::string& yaml) {
    return BuildOnFull(With({"sources.0=" + yaml}).sources(0));
  };
  EXPECT_EQ(built("{name: a, camera: {}}"), OnFull::kDropOldest);
  EXPECT_EQ(built("{name: a, stream: {url: 'tcp://h:1'}}"), OnFull::kDropOldest);
  EXPECT_EQ(built("{name: a, file: {path: p}}"), OnFull::kBlock);
  EXPECT_EQ(built("{name: a, folder: {path: p}}"), OnFull::kBlock);
  EXPECT_EQ(built("{name: a, synthetic: {}}"), OnFull::kBlock);
  EXPECT_EQ(built("{name: a, on_full: block, camera: {}}"), OnFull::kBlock);
  EXPECT_EQ(built("{name: a, on_full: drop_oldest, file: {path: p}}"), OnFull::kDropOldest);
}

}  // namespace
}  // namespace hypnos
