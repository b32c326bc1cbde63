#include "hypnos/pipeline/label_score.h"

#include <algorithm>
#include <string>

#include "hypnos/pipeline/report.h"

namespace hypnos {

void OnlineAccuracy::Add(bool right) {
  const size_t place = frames_ % kRecentFrames;
  if (frames_ >= kRecentFrames && recent_[place]) --recently_right_;
  recent_[place] = right;
  recently_right_ += right ? 1 : 0;
  right_ += right ? 1 : 0;
  ++frames_;
}

std::optional<double> OnlineAccuracy::total() const {
  if (frames_ == 0) return std::nullopt;
  return static_cast<double>(right_) / static_cast<double>(frames_);
}

std::optional<double> OnlineAccuracy::recent() const {
  if (frames_ == 0) return std::nullopt;
  const uint64_t counted = std::min<uint64_t>(frames_, kRecentFrames);
  return static_cast<double>(recently_right_) / static_cast<double>(counted);
}

void OnlineAccuracy::ExchangeState(StateArchive& archive) {
  archive.Number("frames", frames_);
  archive.Number("right", right_);
  archive.Number("recently_right", recently_right_);
  std::string recent;
  for (const bool right : recent_) recent += right ? '1' : '0';
  archive.Text("recent", recent);
  if (recent.size() != recent_.size()) return archive.Refuse("recent", "is of another length");
  for (size_t i = 0; i < recent_.size(); ++i) recent_[i] = recent[i] == '1';
}

void LabelScore::ExchangeState(StateArchive& archive) {
  const auto exchange = [&](const char* name, OnlineAccuracy& accuracy) {
    const StateArchive::Scope scope(archive, name);
    accuracy.ExchangeState(archive);
  };
  exchange("read_out", read_out);
  exchange("goodness", goodness);
  exchange("same_as_before", same_as_before);
}

void LabelScores::ExchangeState(StateArchive& archive) {
  for (LabelScore* score : {&learned, &held_out}) {
    const StateArchive::Scope scope(archive, score == &learned ? "learned" : "held_out");
    score->ExchangeState(archive);
  }
}

void LabelScores::Count(const FrameReport& report) {
  if (!report.label || report.label_read_out.empty()) return;
  LabelScore& score = report.label_learned ? learned : held_out;
  const auto count = [&](const std::vector<float>& probabilities, OnlineAccuracy& accuracy) {
    if (!probabilities.empty()) accuracy.Add(Likeliest(probabilities) == *report.label);
  };
  count(report.label_read_out, score.read_out);
  count(report.label_goodness, score.goodness);
  score.same_as_before.Add(report.label_before == report.label);
}

}  // namespace hypnos
