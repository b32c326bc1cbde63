#include "hypnos/sources/synthetic_source.h"

#include <utility>
#include <vector>

#include "sources/digit_scene.h"
#include "sources/frame_stamp.h"
#include "sources/glyph_scene.h"
#include "sources/label_table.h"
#include "sources/potato_scene.h"
#include "sources/sticky_source.h"

namespace hypnos {
namespace {

using Options = SyntheticSourceOptions;

std::unique_ptr<Scene> MakeScene(const Options& options) {
  switch (options.scene) {
    case Options::Scene::kPotato:
      return std::make_unique<PotatoScene>(options.width, options.height,
                                           options.revolutions_per_second, options.shape);
    case Options::Scene::kGlyphs:
      return std::make_unique<GlyphScene>(options.width, options.height, options.glyphs,
                                          options.shape);
    case Options::Scene::kDigits:
      return std::make_unique<DigitScene>(options.width, options.height,
                                          options.frames_per_digit / options.frame_rate_hz,
                                          options.shape);
  }
  return nullptr;
}

const char* SceneName(Options::Scene scene) {
  switch (scene) {
    case Options::Scene::kPotato:
      return "potato";
    case Options::Scene::kGlyphs:
      return "glyphs";
    case Options::Scene::kDigits:
      return "digits";
  }
  return "";
}

// The label of each digit; empty where none is wanted.
Result<std::vector<size_t>> DigitLabels(const Options& options) {
  std::vector<size_t> labels;
  for (int digit = 0; digit <= 9 && !options.label_classes.empty(); ++digit) {
    HYPNOS_ASSIGN_OR_RETURN(const size_t label,
                            FindLabel(std::to_string(digit), options.label_classes));
    labels.push_back(label);
  }
  return labels;
}

class SyntheticSource final : public StickySource {
 public:
  SyntheticSource(const SourceIdentity& identity, const Options& options,
                  std::vector<size_t> digit_labels)
      : StickySource(identity),
        options_(options),
        digit_labels_(std::move(digit_labels)),
        scene_(MakeScene(options)),
        stamp_(identity) {}

  bool live() const override { return false; }

  std::optional<int64_t> frame_count() const override {
    if (options_.frames == 0) return std::nullopt;
    return static_cast<int64_t>(options_.frames);
  }

  std::string Describe() const override {
    return Format("synthetic {}, {}x{}, {:g} frames/s", SceneName(options_.scene), options_.width,
                  options_.height, options_.frame_rate_hz);
  }

 private:
  Result<FrameOrEnd> Advance() override {
    if (options_.frames != 0 && stamp_.index() == static_cast<int64_t>(options_.frames)) {
      return FrameOrEnd(EndOfStream{});
    }
    const double seconds = static_cast<double>(stamp_.index()) / options_.frame_rate_hz;
    Frame frame = stamp_.Stamp(scene_->Render(seconds), FromSeconds(seconds));
    if (!digit_labels_.empty()) frame.label = LabelAt(seconds);
    return FrameOrEnd(std::move(frame));
  }

  std::optional<size_t> LabelAt(double seconds) {
    const std::optional<int> digit = scene_->Digit(seconds);
    if (!digit) return std::nullopt;
    return digit_labels_[static_cast<size_t>(*digit)];
  }

  const Options options_;
  const std::vector<size_t> digit_labels_;
  const std::unique_ptr<Scene> scene_;
  FrameStamp stamp_;
};

Status Check(const Options& options) {
  const auto bad = [](const char* message) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", message};
  };
  const auto possible = [](int side) { return side >= 8 && side <= 4096; };
  if (!possible(options.width)) return bad("width must be from 8 to 4096");
  if (!possible(options.height)) return bad("height must be from 8 to 4096");
  if (!(options.frame_rate_hz > 0)) return bad("frame_rate_hz must be above 0");
  if (!(options.revolutions_per_second >= 0 && options.revolutions_per_second <= 100))
    return bad("revolutions_per_second must be from 0 to 100");
  if (options.glyphs < 1 || options.glyphs > 64) return bad("glyphs must be from 1 to 64");
  if (options.frames_per_digit < 1) return bad("frames_per_digit must be above 0");
  return {};
}

}  // namespace

Result<std::unique_ptr<Source>> OpenSyntheticSource(const SourceIdentity& identity,
                                                    const SyntheticSourceOptions& options) {
  if (const Status valid = Check(options); !valid.ok()) return InSource(identity, valid.error());
  auto labels = DigitLabels(options);
  if (!labels.ok()) return InSource(identity, labels.error());
  return std::unique_ptr<Source>(
      std::make_unique<SyntheticSource>(identity, options, *std::move(labels)));
}

}  // namespace hypnos
