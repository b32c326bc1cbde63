#include "hypnos/sources/synthetic_source.h"

#include <utility>

#include "sources/frame_stamp.h"
#include "sources/glyph_scene.h"
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
  }
  return nullptr;
}

class SyntheticSource final : public StickySource {
 public:
  SyntheticSource(const SourceIdentity& identity, const Options& options)
      : StickySource(identity), options_(options), scene_(MakeScene(options)), stamp_(identity) {}

  bool live() const override { return false; }

  std::optional<int64_t> frame_count() const override {
    if (options_.frames == 0) return std::nullopt;
    return static_cast<int64_t>(options_.frames);
  }

  std::string Describe() const override {
    const char* scene = options_.scene == Options::Scene::kPotato ? "potato" : "glyphs";
    return Format("synthetic {}, {}x{}, {:g} frames/s", scene, options_.width, options_.height,
                  options_.frame_rate_hz);
  }

 private:
  Result<FrameOrEnd> Advance() override {
    if (options_.frames != 0 && stamp_.index() == static_cast<int64_t>(options_.frames)) {
      return FrameOrEnd(EndOfStream{});
    }
    const double seconds = static_cast<double>(stamp_.index()) / options_.frame_rate_hz;
    return FrameOrEnd(stamp_.Stamp(scene_->Render(seconds), FromSeconds(seconds)));
  }

  const Options options_;
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
  return {};
}

}  // namespace

Result<std::unique_ptr<Source>> OpenSyntheticSource(const SourceIdentity& identity,
                                                    const SyntheticSourceOptions& options) {
  if (const Status valid = Check(options); !valid.ok()) return InSource(identity, valid.error());
  return std::unique_ptr<Source>(std::make_unique<SyntheticSource>(identity, options));
}

}  // namespace hypnos
