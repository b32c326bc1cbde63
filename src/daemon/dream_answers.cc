#include "daemon/dream_answers.h"

#include <utility>

#include "daemon/pictures.h"
#include "hypnos/base/format.h"

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

Result<control::PredictResponse> PredictionOf(const Look& look, uint32_t steps,
                                              VideoEncoderOptions::Colour colour) {
  control::PredictResponse response;
  HYPNOS_RETURN_IF_ERROR(
      RollOut(look, steps, Rng(0), colour, "prediction", response.mutable_frames()));
  return response;
}

}  // namespace hypnos
