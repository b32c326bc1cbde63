// dream, predict, snapshot
#include <algorithm>

#include "cli/groups.h"
#include "cli/lines.h"
#include "cli/pictures.h"
#include "cli/telemetry_text.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

constexpr double kPatienceSeconds = 60;
constexpr double kLongestDream = 256;

const Parameter kOutput = {.name = "--output",
                           .help = "Folder for the pictures (PNG); it is made if it is not there",
                           .kind = Parameter::Kind::kFolder,
                           .value = "FOLDER"};

Parameter Steps(const std::string& usual) {
  return {.name = "--steps",
          .help = "Frames; " + usual + " if not given",
          .kind = Parameter::Kind::kCount,
          .value = "COUNT",
          .least = 1,
          .most = kLongestDream};
}

const Parameter kOfSource = {
    .name = "--source", .help = "Of which source; the first one if not given", .value = "NAME"};

std::string SourceOf(const Session& session) { return session.values().Text("--source"); }

std::string Folder(const Session& session) { return session.values().Text("--output"); }

uint32_t StepsOf(const Session& session) {
  return static_cast<uint32_t>(session.values().Count("--steps"));
}

Status Keep(const Session& session, const char* unnamed, Pictures& pictures) {
  if (Folder(session).empty()) return {};
  return KeepPictures(Folder(session), unnamed, session.surroundings().files, pictures);
}

// The symbols that may come next are more than anybody wants to see.
constexpr int kShownSymbols = 5;

std::string PredictedText(const control::PredictResponse& predicted) {
  std::string text = Format("prediction error {}\n{}",
                            predicted.has_prediction_error()
                                ? Format("{:.4f} bits a symbol", predicted.prediction_error())
                                : "-",
                            PrintableLines(predicted.text()));
  for (int i = 0; i < std::min(kShownSymbols, predicted.symbols_size()); ++i) {
    const control::SymbolChance& chance = predicted.symbols(i);
    text += Format("{:5.1f} %  '{}'\n", 100 * chance.probability(), Printable(chance.symbol()));
  }
  return text;
}

// A line for each step of each column, with the values between which nine in ten are expected.
std::string SeriesText(const google::protobuf::RepeatedPtrField<control::SeriesForecast>& series) {
  std::string text;
  for (const control::SeriesForecast& column : series) {
    text += Format("{}\n", Printable(column.column()));
    for (int step = 0; step < column.values_size(); ++step) {
      text += Format("{:5}  {:.6g}", step + 1, column.values(step));
      const bool has_interval = step < column.low_size() && step < column.high_size();
      if (has_interval) text += Format("  ({:.6g} to {:.6g})", column.low(step), column.high(step));
      text += "\n";
    }
  }
  return text;
}

Command Dream() {
  return {.words = "dream",
          .summary = "Lets a copy of the network dream from now on, and shows what it dreams",
          .example = "dream --steps 8 --seed 7 --output dreams",
          .parameters = {Steps("16"),
                         {.name = "--seed",
                          .help = "Same seed from the same moment, same dream; 0 if not given",
                          .kind = Parameter::Kind::kCount,
                          .value = "NUMBER",
                          .least = 0,
                          .most = 18446744073709551615.0},
                         kOfSource,
                         kOutput},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kDream,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_dream()->set_steps(StepsOf(session));
            request.mutable_dream()->set_seed(session.values().Count("--seed"));
            request.mutable_dream()->set_source(SourceOf(session));
            return request;
          },
          .keep =
              [](const Session& session, control::Response& response) {
                return Keep(session, "dream", *response.mutable_dream()->mutable_frames());
              },
          .show =
              [](const Session& session, const control::Response& response) {
                const control::DreamResponse& dream = response.dream();
                if (!dream.text().empty()) return PrintableLines(dream.text());
                if (!dream.series().empty()) return SeriesText(dream.series());
                return PicturesText(dream.frames(), Folder(session));
              }};
}

Command Predict() {
  return {.words = "predict",
          .summary = "What the network expects to see next",
          .example = "predict --output expected",
          .parameters = {Steps("1"), kOfSource, kOutput},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kPredict,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_predict()->set_steps(StepsOf(session));
            request.mutable_predict()->set_source(SourceOf(session));
            return request;
          },
          .keep =
              [](const Session& session, control::Response& response) {
                return Keep(session, "prediction", *response.mutable_predict()->mutable_frames());
              },
          .show =
              [](const Session& session, const control::Response& response) {
                const control::PredictResponse& predicted = response.predict();
                if (!predicted.text().empty()) return PredictedText(predicted);
                const std::string error =
                    predicted.has_prediction_error()
                        ? Format("{:.4f}, where 1 is as bad as always guessing the mean",
                                 predicted.prediction_error())
                        : "-";
                return Format("prediction error {}\n", error) +
                       (predicted.has_labels() ? LabelsText(predicted.labels()) : "") +
                       (predicted.series().empty()
                            ? PicturesText(predicted.frames(), Folder(session))
                            : SeriesText(predicted.series()));
              }};
}

Command Snapshot() {
  return {.words = "snapshot",
          .summary = "What is seen now: frame, prediction, surprise and goodness as pictures",
          .example = "snapshot --output now",
          .parameters = {kOfSource, kOutput},
          .timeout_seconds = kPatienceSeconds,
          .request = control::Request::kSnapshot,
          .ask = [](const Session& session) -> Result<control::Request> {
            control::Request request;
            request.mutable_snapshot()->set_source(SourceOf(session));
            return request;
          },
          .keep =
              [](const Session& session, control::Response& response) {
                return Keep(session, "picture", *response.mutable_snapshot()->mutable_pictures());
              },
          .show =
              [](const Session& session, const control::Response& response) {
                const control::SnapshotResponse& snapshot = response.snapshot();
                return Format("{} frame {}\n", Printable(snapshot.clip()), snapshot.frame()) +
                       (snapshot.has_labels() ? LabelsText(snapshot.labels()) : "") +
                       PicturesText(snapshot.pictures(), Folder(session));
              }};
}

}  // namespace

std::vector<Command> PictureCommands() { return {Dream(), Predict(), Snapshot()}; }

}  // namespace hypnos::cli
