#include "lab/potato_cell.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "hypnos/base/check.h"
#include "hypnos/base/rng.h"
#include "lab/softmax_read_out.h"
#include "lab/stream_learner.h"

namespace hypnos::lab {
namespace {

constexpr double kFrameRateHz = 25;
// At the new speed, before it is tested: what was before has faded.
constexpr size_t kFramesBetween = 25;
// Of the speed, to either side.
constexpr double kSpeedSpread = 0.02;
// Passes of the read-out over its frames; more change nothing any more.
constexpr int kReadOutPasses = 20;

// Eighths of a turn.
constexpr size_t kSides = 8;

// The pictures of all streams at one time, side by side.
class Streams {
 public:
  Streams(const PotatoCell& cell, const PotatoViews& views, Rng rng)
      : cell_(cell),
        views_(views),
        rng_(rng),
        frame_({1, cell.side, cell.side * static_cast<int>(count())}),
        turns_(count()),
        spreads_(count()),
        sides_(count()) {
    for (size_t s = 0; s < count(); ++s) {
      turns_[s] = static_cast<double>(rng_.Uniform());
      const double spread = kSpeedSpread * (2 * static_cast<double>(rng_.Uniform()) - 1);
      spreads_[s] = (1 + spread) / kFrameRateHz;
      labels_.push_back(static_cast<uint8_t>(s / cell.streams_per_shape));
    }
  }

  size_t count() const { return cell_.shapes * cell_.streams_per_shape; }
  const PlaneShape& shape() const { return frame_.shape(); }
  // Which shape each stream shows.
  const std::vector<uint8_t>& labels() const { return labels_; }
  // Which side each stream shows in the last frame.
  const std::vector<uint8_t>& sides() const { return sides_; }

  const Planes& Next(double revolutions_per_second) {
    const auto side = static_cast<size_t>(cell_.side);
    const auto noise = static_cast<float>(cell_.noise);
    for (size_t s = 0; s < count(); ++s) {
      const auto picture = views_.At(labels_[s], turns_[s]);
      const double part = turns_[s] - std::floor(turns_[s]);
      sides_[s] = static_cast<uint8_t>(
          std::min<size_t>(kSides - 1, static_cast<size_t>(part * static_cast<double>(kSides))));
      turns_[s] += spreads_[s] * revolutions_per_second;
      for (size_t y = 0; y < side; ++y) {
        const auto row = frame_.values().subspan((y * count() + s) * side, side);
        for (size_t x = 0; x < side; ++x) row[x] = picture[y * side + x] + noise * rng_.Normal();
      }
    }
    return frame_;
  }

 private:
  const PotatoCell& cell_;
  const PotatoViews& views_;
  Rng rng_;
  Planes frame_;
  std::vector<double> turns_, spreads_;  // in revolutions; seconds a frame, nearly
  std::vector<uint8_t> labels_, sides_;
};

// What the layers say of a frame, [streams x features], and what is to be read from it.
struct Seen {
  Matrix state;
  std::vector<uint8_t> labels, sides;
};

NetworkOptions OptionsOf(const PotatoCell& cell) {
  const bool recurrent = cell.network != PotatoNetwork::kFeedForward;
  NetworkOptions options;
  options.patches.size = cell.side;
  for (const size_t units : cell.units) {
    NetworkLayerOptions layer;
    layer.layer.units = units;
    layer.layer.self = layer.top_down = recurrent;
    layer.layer.damping = recurrent ? cell.damping : 1;
    options.layers.push_back(layer);
  }
  options.learning.rule = LearningRule::kInterleaved;
  options.learning.optimiser = Optimiser::kRms;
  options.learning.rate = cell.rate;
  return options;
}

class Run {
 public:
  Run(const PotatoCell& cell, const PotatoViews& views, const Rng& rng)
      : cell_(cell), streams_(cell, views, rng.Fork("streams")), grid_(MakeGrid()) {}

  Status Prepare(const Rng& rng) {
    if (cell_.network == PotatoNetwork::kInput) return {};
    HYPNOS_ASSIGN_OR_RETURN(Network network,
                            Network::Create(OptionsOf(cell_), streams_.shape(), 2, rng));
    learner_.emplace(std::move(network),
                     StreamLearner::Options{.steps_per_frame = cell_.steps_per_frame}, rng);
    return {};
  }

  Result<PotatoScore> Score(const std::function<bool()>& go_on) {
    go_on_ = &go_on;
    const bool learn = cell_.network != PotatoNetwork::kUntrained;
    if (!Watch(cell_.learning_frames, cell_.learned_at, learn, nullptr) ||
        !Watch(cell_.read_out_frames, cell_.learned_at, false, &seen_) ||
        !Watch(kFramesBetween, cell_.tested_at, false, nullptr) ||
        !Watch(cell_.test_frames, cell_.tested_at, false, &tested_)) {
      return Error{Code::kCancelled, "STOPPED", "stopped before its end"};
    }
    PotatoScore score;
    score.accuracy = Accuracy(cell_.shapes, &Seen::labels);
    score.side_accuracy = Accuracy(kSides, &Seen::sides);
    if (learner_) {
      for (const double sum : change_) {
        score.change.push_back(sum / static_cast<double>(cell_.test_frames));
      }
    }
    return score;
  }

 private:
  PatchGrid MakeGrid() const {
    auto grid = PatchGrid::Create(streams_.shape(), {.size = cell_.side});
    HYPNOS_CHECK(grid.ok());
    return *std::move(grid);
  }

  size_t features() const {
    if (!learner_) return grid_.inputs();
    size_t sum = 0;
    for (const size_t units : cell_.units) sum += units;
    return sum;
  }

  // False: stopped early. `seen`: where each frame is kept.
  bool Watch(size_t frames, double speed, bool learn, std::vector<Seen>* seen) {
    change_.assign(cell_.units.size(), 0.0);
    for (size_t i = 0; i < frames; ++i) {
      const Planes& frame = streams_.Next(speed);
      if (learner_) {
        const auto& layers = learner_->Show(frame, learn);
        for (size_t l = 0; l < layers.size(); ++l) change_[l] += layers[l].change;
      }
      if (seen != nullptr) seen->push_back({StateOf(frame), streams_.labels(), streams_.sides()});
      if (!(*go_on_)()) return false;
    }
    return true;
  }

  Matrix StateOf(const Planes& frame) const {
    Matrix state(streams_.count(), features());
    if (!learner_) {
      grid_.Gather(frame, state);
      return state;
    }
    size_t column = 0;
    for (size_t l = 0; l < cell_.units.size(); ++l) {
      const ConstMatrixView out = learner_->output(l);
      for (size_t s = 0; s < out.rows; ++s) {
        std::ranges::copy(out.row(s), state.row(s).begin() + static_cast<ptrdiff_t>(column));
      }
      column += out.cols;
    }
    return state;
  }

  double Accuracy(size_t classes, std::vector<uint8_t> Seen::*wanted) const {
    SoftmaxReadOut read_out(streams_.count(), features(), classes, {.rate = 1});
    for (int pass = 0; pass < kReadOutPasses; ++pass) {
      for (const Seen& frame : seen_) {
        const Segment all{frame.state, 0};
        read_out.Learn(std::span(&all, 1), frame.*wanted);
      }
    }
    std::vector<uint8_t> named(streams_.count());
    size_t right = 0;
    for (const Seen& frame : tested_) {
      const Segment all{frame.state, 0};
      read_out.Predict(std::span(&all, 1), named);
      for (size_t s = 0; s < named.size(); ++s) right += named[s] == (frame.*wanted)[s] ? 1 : 0;
    }
    return static_cast<double>(right) / static_cast<double>(named.size() * tested_.size());
  }

  const PotatoCell& cell_;
  Streams streams_;
  PatchGrid grid_;
  std::optional<StreamLearner> learner_;
  const std::function<bool()>* go_on_ = nullptr;
  std::vector<Seen> seen_, tested_;
  std::vector<double> change_;  // per layer, summed over frames
};

}  // namespace

Result<PotatoScore> RunPotatoCell(const PotatoCell& cell, const PotatoViews& views,
                                  const std::function<bool()>& go_on) {
  HYPNOS_CHECK(cell.shapes >= 2 && cell.shapes <= 256 && cell.streams_per_shape > 0);
  HYPNOS_CHECK(cell.read_out_frames > 0 && cell.test_frames > 0);
  const auto side = static_cast<size_t>(cell.side);
  HYPNOS_CHECK(views.shapes() == cell.shapes && views.pixels() == side * side);
  const Rng rng(cell.seed);
  Run run(cell, views, rng);
  HYPNOS_RETURN_IF_ERROR(run.Prepare(rng.Fork("network")));
  return run.Score(go_on);
}

}  // namespace hypnos::lab
