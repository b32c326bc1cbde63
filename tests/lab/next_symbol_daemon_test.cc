// What a text costs by the pipeline that hypnosd runs, beside the parts of the experiment
// `next-symbol`: with layers that stay as they were drawn both say the same, symbol by symbol.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "hypnos/pipeline/pipeline.h"
#include "hypnos/sources/capture_thread.h"
#include "hypnos/sources/text_source.h"
#include "hypnos/tensor/executor.h"
#include "lab/symbol_text.h"
#include "lab/symbol_window.h"
#include "support/temp_dir.h"

namespace hypnos::lab {
namespace {

constexpr size_t kReaders = 20, kWindow = 4, kUnits = 50, kWords = 3000;
constexpr uint64_t kSeed = 5;
constexpr double kRate = 0.2;
constexpr double kSquareMemory = 0.999;

std::string WordsInAnyOrder() {
  const std::vector<std::string> words = {"the ", "fox ", "saw ", "grapes ", "and "};
  Rng rng(7);
  std::string text;
  for (size_t i = 0; i < kWords; ++i) text += words[rng.Below(words.size())];
  return text;
}

FfLayerOptions Layer() {
  FfLayerOptions layer;
  layer.units = kUnits;
  layer.damping = 1;
  layer.self = false;
  layer.temperature_per_unit = 0.5f;
  layer.peer_normalisation = 0;
  return layer;
}

LearningOptions Frozen() {
  return {.rule = LearningRule::kInterleaved,
          .optimiser = Optimiser::kRms,
          .rate = 0,
          .velocity = 0,
          .weight_decay = 0};
}

class Bits final : public PipelineObserver {
 public:
  void OnFrame(const FrameReport& report) override { bits.push_back(report.prediction_error); }
  std::vector<std::optional<double>> bits;
};

std::vector<std::optional<double>> ByThePipeline(const std::string& path, size_t alphabet,
                                                 const std::string& symbols) {
  PipelineOptions options;
  options.seed = kSeed;
  options.encoder = TextEncoderOptions{.symbols = alphabet, .window = kWindow, .readers = kReaders};
  options.network.patches.size = 1;
  options.network.generator = {
      .kind = GeneratorKind::kSoftmax, .rate = static_cast<float>(kRate), .symbols = alphabet};
  options.network.layers = {{.layer = Layer()}};
  options.network.learning = Frozen();
  options.negatives = {.dream = 0, .one_step = 1};
  options.dream_steps = 3;
  options.threads = 1;
  auto source =
      OpenTextSource({.name = "fables"}, {.path = path, .alphabet = symbols, .readers = kReaders});
  EXPECT_TRUE(source.ok()) << source.error().message;
  CaptureThread capture(*std::move(source), 64, OnFull::kBlock);
  const SystemClock clock;
  Bits bits;
  Pipeline pipeline(options, clock, bits);
  EXPECT_TRUE(pipeline.Run(capture.queue()).ok());
  return bits.bits;
}

// A softmax read-out of the layer and the window, as one writes it down:
//   q = softmax(W x),  W += rate / columns * g / sqrt(mean of g^2),  g the mean of (came - q) x
class PlainReadOut {
 public:
  PlainReadOut(size_t symbols, size_t columns)
      : symbols_(symbols),
        columns_(columns),
        weights_(symbols * columns),
        squares_(symbols * columns) {}

  // Bits a symbol; then learns.
  double Judge(const std::vector<std::vector<double>>& features, const std::vector<uint8_t>& came) {
    std::vector<double> gradient(weights_.size());
    double bits = 0;
    for (size_t row = 0; row < features.size(); ++row) {
      std::vector<double> q(symbols_);
      double sum = 0;
      for (size_t c = 0; c < symbols_; ++c) {
        for (size_t i = 0; i < columns_; ++i) q[c] += weights_[c * columns_ + i] * features[row][i];
        sum += q[c] = std::exp(q[c]);
      }
      bits -= std::log2(q[came[row]] / sum);
      for (size_t c = 0; c < symbols_; ++c) {
        const double error = (c == came[row] ? 1 : 0) - q[c] / sum;
        for (size_t i = 0; i < columns_; ++i) {
          gradient[c * columns_ + i] +=
              error * features[row][i] / static_cast<double>(features.size());
        }
      }
    }
    forgotten_ *= kSquareMemory;
    for (size_t i = 0; i < weights_.size(); ++i) {
      squares_[i] += (1 - kSquareMemory) * (gradient[i] * gradient[i] - squares_[i]);
      const double size = std::sqrt(squares_[i] / (1 - forgotten_));
      if (size > 0) weights_[i] += kRate / static_cast<double>(columns_) * gradient[i] / size;
    }
    return bits / static_cast<double>(features.size());
  }

 private:
  size_t symbols_, columns_;
  std::vector<double> weights_, squares_;
  double forgotten_ = 1;
};

// As the experiment reads: a window at each reader's place, through the layer, to the read-out.
std::vector<double> ByTheExperimentsParts(const SymbolText& text) {
  const size_t inputs = kWindow * text.alphabet;
  FfLayerOptions options = Layer();
  options.below = inputs;
  FfLayer layer = *FfLayer::Create(options, Frozen(), Rng(kSeed).Fork("network").Fork("layer 0"));
  FfLayerState state(kReaders, layer.options());
  Matrix window(kReaders, inputs), out(kReaders, kUnits);
  SerialExecutor executor;
  PlainReadOut read_out(text.alphabet, kUnits + inputs);
  const size_t part = text.symbols.size() / kReaders;
  std::vector<double> bits;
  for (size_t step = 0; step + 1 < part; ++step) {
    std::vector<std::vector<double>> features(kReaders);
    std::vector<uint8_t> came;
    for (size_t reader = 0; reader < kReaders; ++reader) {
      const auto of_reader = std::span(text.symbols).subspan(reader * part, part);
      SymbolWindow(kWindow, of_reader, step + 1).Fill(text.alphabet, window.row(reader));
      came.push_back(of_reader[step + 1]);
    }
    layer.Step({.below = window, .above = {}, .self = {}}, Phase::kLook, state, out, executor);
    for (size_t reader = 0; reader < kReaders; ++reader) {
      const auto outputs = out.row(reader);
      const auto symbols = window.row(reader);
      features[reader].assign(outputs.begin(), outputs.end());
      features[reader].insert(features[reader].end(), symbols.begin(), symbols.end());
    }
    bits.push_back(read_out.Judge(features, came));
  }
  return bits;
}

double MeanOf(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

TEST(NextSymbolBesideTheDaemon, FrozenLayersCostTheSameSymbolBySymbol) {
  const TempDir folder;
  const std::string path = folder.File("fables.txt");
  std::ofstream(path) << WordsInAnyOrder();
  PosixFileSystem files;
  const auto text = LoadSymbolText(files, path, std::nullopt, 0.1);
  ASSERT_TRUE(text.ok()) << text.error().message;
  // Those that occur, in their usual order, as the experiment numbers them.
  const Alphabet all = *Alphabet::Create(kDefaultAlphabet);
  std::string symbols;
  for (size_t s = 0; s < all.size(); ++s) {
    const std::string& symbol = all.symbol(static_cast<uint8_t>(s));
    if (WordsInAnyOrder().find(symbol) != std::string::npos) symbols += symbol;
  }
  ASSERT_EQ(symbols.size(), text->alphabet);
  const auto pipeline = ByThePipeline(path, text->alphabet, symbols);
  const auto experiment = ByTheExperimentsParts(*text);
  ASSERT_EQ(pipeline.size(), experiment.size() + 1);
  EXPECT_FALSE(pipeline[0]) << "nothing came before it";
  std::vector<double> by_pipeline;
  for (size_t i = 0; i < experiment.size(); ++i) {
    by_pipeline.push_back(pipeline[i + 1].value());
    ASSERT_NEAR(by_pipeline.back(), experiment[i], 1e-3) << "symbol " << i + 1;
  }
  EXPECT_NEAR(MeanOf(by_pipeline), MeanOf(experiment), 1e-5);
  EXPECT_LT(MeanOf(std::span(experiment).last(100)), 0.6 * experiment[0]);
}

}  // namespace
}  // namespace hypnos::lab
