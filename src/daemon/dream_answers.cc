#include "daemon/dream_answers.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "daemon/pictures.h"
#include "hypnos/base/format.h"
#include "hypnos/pipeline/symbol_forecast.h"
#include "hypnos/sources/text_encoder.h"

namespace hypnos {
namespace {

constexpr uint32_t kMostSteps = 256, kUsualDreamSteps = 16, kUsualPredictSteps = 1;
// Clients stop reading at 64 MiB.
constexpr size_t kLargestAnswerBytes = 48 << 20;

using Pictures = google::protobuf::RepeatedPtrField<control::Picture>;

Result<uint32_t> Steps(uint32_t asked, uint32_t usual) {
  if (asked == 0) return usual;
  if (asked <= kMostSteps) return asked;
  return Error{Code::kInvalidArgument, "STEPS_OUT_OF_RANGE",
               Format("{} steps are more than {}", asked, kMostSteps)};
}

Status RollOut(const Look& look, uint32_t steps, Rng rng, VideoEncoderOptions::Colour colour,
               const char* name, Pictures* frames) {
  HYPNOS_ASSIGN_OR_RETURN(Rollout rollout, Rollout::Create(look, rng));
  size_t bytes = 0;
  for (uint32_t step = 1; step <= steps; ++step) {
    control::Picture& picture = *frames->Add();
    picture =
        PngPicture(Format("{} {}", name, step), PictureOf(rollout.Next(), look.channels, colour));
    bytes += picture.png().size();
    if (bytes > kLargestAnswerBytes) {
      return Error{
          Code::kResourceExhausted, "ANSWER_TOO_LARGE",
          Format("{} frames are more than one answer holds; ask for fewer than {}", steps, step)};
    }
  }
  return {};
}

}  // namespace

Result<uint32_t> DreamSteps(const control::DreamRequest& request) {
  return Steps(request.steps(), kUsualDreamSteps);
}

Result<uint32_t> PredictSteps(const control::PredictRequest& request) {
  return Steps(request.steps(), kUsualPredictSteps);
}

Result<control::DreamResponse> DreamOf(const Look& look, uint32_t steps, uint64_t seed,
                                       VideoEncoderOptions::Colour colour) {
  if (look.residuals.empty()) {
    return Error{Code::kFailedPrecondition, "NO_NETWORK",
                 "no second frame has come yet, so nothing is known of what to dream"};
  }
  control::DreamResponse response;
  HYPNOS_RETURN_IF_ERROR(
      RollOut(look, steps, Rng(seed), colour, "dream", response.mutable_frames()));
  return response;
}

Result<control::DreamResponse> DreamTextOf(const Look& look, uint32_t steps, uint64_t seed,
                                           const Alphabet& alphabet) {
  HYPNOS_ASSIGN_OR_RETURN(Rollout rollout, Rollout::Create(look, Rng(seed)));
  std::vector<uint8_t> dreamed;
  for (uint32_t step = 0; step < steps; ++step) {
    dreamed.push_back(NewestSymbols(rollout.Next(), alphabet.size()).front());
  }
  control::DreamResponse response;
  response.set_text(alphabet.TextOf(dreamed));
  return response;
}

Result<control::PredictResponse> PredictedTextOf(const Look& look, uint32_t steps,
                                                 const Alphabet& alphabet, float goodness_share) {
  HYPNOS_ASSIGN_OR_RETURN(const SymbolForecast forecast,
                          ForecastSymbols(look, steps, goodness_share));
  control::PredictResponse response;
  response.set_text(alphabet.TextOf(forecast.likeliest));
  std::vector<uint8_t> order(forecast.next.size());
  std::iota(order.begin(), order.end(), uint8_t{0});
  std::ranges::stable_sort(order, std::greater(),
                           [&](uint8_t symbol) { return forecast.next[symbol]; });
  for (const uint8_t symbol : order) {
    control::SymbolChance& chance = *response.add_symbols();
    chance.set_symbol(alphabet.symbol(symbol));
    chance.set_probability(static_cast<double>(forecast.next[symbol]));
  }
  return response;
}

Result<control::PredictResponse> PredictionOf(const Look& look, uint32_t steps,
                                              VideoEncoderOptions::Colour colour) {
  control::PredictResponse response;
  HYPNOS_RETURN_IF_ERROR(
      RollOut(look, steps, Rng(0), colour, "prediction", response.mutable_frames()));
  return response;
}

}  // namespace hypnos
