#include "lab/next_symbol.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <utility>

#include "hypnos/base/format.h"
#include "lab/next_symbol_cell.h"
#include "lab/ngram.h"
#include "lab/options.h"
#include "lab/symbol_text.h"

namespace hypnos::lab {
namespace {

constexpr double kHeldOut = 0.1;
constexpr size_t kLongestNGram = 6;

constexpr const char* kNGram = "ngram";

struct Model {
  const char* name;
  std::optional<SymbolNegatives> negatives;  // nothing: counting
};

constexpr Model kModels[] = {
    {kNGram, std::nullopt},
    {"frozen", SymbolNegatives::kFrozen},
    {"one-step", SymbolNegatives::kOneStep},
    {"corrected", SymbolNegatives::kCorrected},
    {"generated", SymbolNegatives::kGenerated},
};

const Row kKeyColumns = {"data",          "judged_on",   "model",
                         "order",         "seed",        "symbols_learned",
                         "units",         "window",      "readers",
                         "negatives",     "rate",        "velocity",
                         "weight_decay",  "temperature", "peer_normalisation",
                         "read_out_rate", "fall",        "unknown"};
const Row kResultColumns = {"corrected_bits", "read_out_bits", "first_layer_bits",
                            "accuracy_percent"};

struct Flags {
  std::vector<std::string> models = ModelNames();
  std::vector<size_t> units = {512};
  size_t window = 7;
  size_t readers = 50;
  size_t negatives = 4;
  float rate = 3e-3f;
  float velocity = 0;
  float weight_decay = 0;
  float temperature = 0.5f;
  float peer_normalisation = 0;
  float read_out_rate = 2e-5f;
  float fall = 0.5f;
  std::optional<std::string> unknown;
  bool validate = false;

  static std::vector<std::string> ModelNames() {
    std::vector<std::string> names;
    for (const Model& model : kModels) names.emplace_back(model.name);
    return names;
  }
};

std::string Bits(double value) { return Format("{:.4f}", value); }

std::string Joined(const std::vector<size_t>& units) {
  std::string text;
  for (const size_t width : units) text += Format("{}{}", text.empty() ? "" : "-", width);
  return text;
}

class NextSymbol final : public Experiment {
 public:
  void Declare(CLI::App& app) override;
  Result<Plan> MakePlan(const LabOptions& options, FileSystem& files) override;

 private:
  Status Load(const LabOptions& options, FileSystem& files);
  void AddNGrams(const SymbolText& text, Plan& plan) const;
  void AddCells(const Model& model, const SymbolText& text, const LabOptions& options,
                Plan& plan) const;
  NextSymbolCell MakeCell(SymbolNegatives negatives) const;
  Row KeyOf(const SymbolText& text, const char* model) const;
  Row KeyOf(const SymbolText& text, const Model& model, const NextSymbolCell& cell) const;
  std::string Describe() const;

  Flags flags_;
  std::vector<SymbolText> texts_;
};

void NextSymbol::Declare(CLI::App& app) {
  const auto number = [&](const char* name, float& value, const char* what) {
    return app.add_option(name, value, what)->capture_default_str();
  };
  const CLI::Validator positive(CheckPositive, "POSITIVE");
  const auto count = [&](const char* name, size_t& value, const char* what) {
    return app.add_option(name, value, what)
        ->check(CLI::Range(size_t{1}, size_t{100'000}))
        ->capture_default_str();
  };
  app.add_option("--models", flags_.models,
                 "What foretells: counting, or what layers learn against")
      ->delimiter(',')
      ->check(CLI::IsMember(Flags::ModelNames()))
      ->capture_default_str();
  app.add_option("--units", flags_.units, "Of each layer, from the bottom up")
      ->delimiter(',')
      ->check(CLI::Range(size_t{1}, size_t{100'000}))
      ->capture_default_str();
  count("--window", flags_.window, "Symbols that layer 1 reads at a time");
  count("--readers", flags_.readers, "Places of the text that are read at the same time");
  count("--negatives", flags_.negatives, "For each symbol that is learned");
  number("--rate", flags_.rate, "Learning rate of the layers")->check(positive);
  number("--velocity", flags_.velocity, "Share of the velocity kept")->check(CLI::Range(0.0, 1.0));
  number("--weight-decay", flags_.weight_decay, "Of the rate, for each step")
      ->check(CLI::NonNegativeNumber);
  number("--temperature", flags_.temperature, "T of p = sigmoid((G - theta) / T), for each unit")
      ->check(positive);
  number("--peer-normalisation", flags_.peer_normalisation, "lambda; 0: none")
      ->check(CLI::NonNegativeNumber);
  number("--read-out-rate", flags_.read_out_rate, "Learning rate of the read-out")->check(positive);
  number("--fall", flags_.fall, "The last share of the steps, over which all rates fall to zero")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--unknown", flags_.unknown,
                 "What stands for symbols that are unknown; without it they are refused");
  app.add_flag(
      "--validate", flags_.validate,
      "Judges by the last tenth of what is learned from otherwise, instead of the held-out "
      "end of the text: to choose settings by");
}

Result<Plan> NextSymbol::MakePlan(const LabOptions& options, FileSystem& files) {
  HYPNOS_RETURN_IF_ERROR(Load(options, files));
  Plan plan;
  plan.key_columns = kKeyColumns;
  plan.result_columns = kResultColumns;
  for (const SymbolText& text : texts_) {
    for (const Model& model : kModels) {
      if (std::ranges::find(flags_.models, model.name) == flags_.models.end()) continue;
      model.negatives ? AddCells(model, text, options, plan) : AddNGrams(text, plan);
    }
  }
  plan.configuration = Describe();
  return plan;
}

Status NextSymbol::Load(const LabOptions& options, FileSystem& files) {
  if (options.data.empty()) {
    return Error{Code::kNotFound, "NO_TEXT", "next-symbol reads a text: name one by --data FILE"};
  }
  for (const std::string& path : options.data) {
    HYPNOS_ASSIGN_OR_RETURN(SymbolText text, LoadSymbolText(files, path, flags_.unknown, kHeldOut));
    if (flags_.validate) text = WithValidation(std::move(text), kHeldOut);
    text = Shortened(std::move(text), options.scale);
    const size_t fewest = std::min(text.learned, text.judged());
    if (fewest <= flags_.readers) {
      return Error{Code::kInvalidArgument, "SHORT_TEXT",
                   Format("'{}' leaves {} symbols to learn from and {} to judge by, which is too "
                          "little for {} readers",
                          path, text.learned, text.judged(), flags_.readers)};
    }
    texts_.push_back(std::move(text));
  }
  return {};
}

void NextSymbol::AddNGrams(const SymbolText& text, Plan& plan) const {
  for (size_t order = 1; order <= kLongestNGram; ++order) {
    Row key = KeyOf(text, kNGram);
    key[3] = Format("{}", order);
    plan.cells.push_back({std::move(key), 1, [order, &text](const GoOn& go_on) -> Result<Row> {
                            const NGram model(order, text.alphabet, text.training());
                            Row row = {Bits(model.BitsPerSymbol(text.symbols, text.learned))};
                            row.resize(kResultColumns.size());
                            go_on(1);
                            return row;
                          }});
  }
}

void NextSymbol::AddCells(const Model& model, const SymbolText& text, const LabOptions& options,
                          Plan& plan) const {
  NextSymbolCell cell = MakeCell(*model.negatives);
  for (unsigned i = 0; i < options.seeds; ++i) {
    cell.seed = options.seed + i;
    plan.cells.push_back(
        {KeyOf(text, model, cell), StepsOf(cell, text),
         [cell, &text](const GoOn& go_on) -> Result<Row> {
           HYPNOS_ASSIGN_OR_RETURN(const NextSymbolScore score,
                                   RunNextSymbolCell(cell, text, [&] { return go_on(1); }));
           return Row{Bits(score.corrected_bits), Bits(score.read_out_bits),
                      Bits(score.first_layer_bits), Format("{:.2f}", 100 * score.accuracy)};
         }});
  }
}

NextSymbolCell NextSymbol::MakeCell(SymbolNegatives negatives) const {
  NextSymbolCell cell;
  cell.negatives = negatives;
  cell.negatives_per_symbol = flags_.negatives;
  cell.window = flags_.window;
  cell.readers = flags_.readers;
  cell.units = flags_.units;
  cell.learning = {.rule = LearningRule::kInterleaved,
                   .optimiser = Optimiser::kRms,
                   .rate = flags_.rate,
                   .velocity = flags_.velocity,
                   .weight_decay = flags_.weight_decay};
  cell.temperature_per_unit = flags_.temperature;
  cell.peer_normalisation = flags_.peer_normalisation;
  cell.read_out_rate = flags_.read_out_rate;
  cell.fall = flags_.fall;
  return cell;
}

Row NextSymbol::KeyOf(const SymbolText& text, const char* model) const {
  Row key = {text.name, flags_.validate ? "validation" : "held-out",
             model,     "",
             "",        Format("{}", text.learned)};
  key.resize(kKeyColumns.size());
  key.back() = flags_.unknown.value_or("");
  return key;
}

Row NextSymbol::KeyOf(const SymbolText& text, const Model& model,
                      const NextSymbolCell& cell) const {
  const bool learns = cell.negatives != SymbolNegatives::kFrozen;
  const auto if_learned = [&](float value) { return learns ? Number(value) : std::string(); };
  return {text.name,
          flags_.validate ? "validation" : "held-out",
          model.name,
          "",
          Format("{}", cell.seed),
          Format("{}", text.learned),
          Joined(cell.units),
          Format("{}", cell.window),
          Format("{}", cell.readers),
          learns ? Format("{}", cell.negatives_per_symbol) : "",
          if_learned(cell.learning.rate),
          if_learned(cell.learning.velocity),
          if_learned(cell.learning.weight_decay),
          if_learned(cell.temperature_per_unit),
          if_learned(cell.peer_normalisation),
          Number(cell.read_out_rate),
          Number(cell.fall),
          flags_.unknown.value_or("")};
}

std::string NextSymbol::Describe() const {
  std::string text = "One reading; capitals count as small letters.\n";
  for (const SymbolText& data : texts_) {
    text += Format("Data '{}': {} symbols of {} different ones to learn from, judged by {} {}.\n",
                   data.name, data.learned, data.alphabet, data.judged(),
                   flags_.validate ? "kept back before the held-out end" : "held-out ones");
  }
  return text;
}

}  // namespace

std::unique_ptr<Experiment> MakeNextSymbol() { return std::make_unique<NextSymbol>(); }

}  // namespace hypnos::lab
