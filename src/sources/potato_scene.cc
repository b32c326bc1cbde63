#include "sources/potato_scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace hypnos {
namespace {

// x to the right, y up, z towards the viewer, who sits this far from the origin.
constexpr float kEyeDistance = 4;
// The solid's largest radius as a share of the picture's shorter side.
constexpr float kRadiusShare = 0.44f;

const Vec3 kAxis = Normalised({0.35f, 1.0f, 0.25f});
const Vec3 kLight = Normalised({-0.6f, 0.8f, 0.7f});
constexpr float kAmbient = 0.16f;
constexpr float kGloss = 0.12f;
constexpr float kGlossSharpness = 12;

// Blue, green, red.
constexpr Vec3 kSkin = {0.52f, 0.74f, 0.94f};
constexpr Vec3 kBackgroundTop = {0.20f, 0.15f, 0.12f};
constexpr Vec3 kBackgroundBottom = {0.09f, 0.07f, 0.06f};

Vec3 Shade(const Vec3& position, const Vec3& normal, float albedo) {
  const Vec3 to_eye = Normalised(Vec3{0, 0, kEyeDistance} - position);
  const Vec3 half_way = Normalised(kLight + to_eye);
  const float light = kAmbient + (1 - kAmbient) * std::max(0.0f, Dot(normal, kLight));
  const float gloss = kGloss * std::pow(std::max(0.0f, Dot(normal, half_way)), kGlossSharpness);
  // Towards what a display makes of light; without it the shadow side is lost.
  const float brightness = std::pow(albedo * light, 1 / 1.6f);
  return brightness * kSkin + Vec3{gloss, gloss, gloss};
}

}  // namespace

PotatoScene::PotatoScene(int width, int height, double revolutions_per_second, uint64_t shape)
    : revolutions_per_second_(revolutions_per_second),
      solid_(MakePotato(shape)),
      middle_x_(0.5f * static_cast<float>(width)),
      middle_y_(0.5f * static_cast<float>(height)),
      scale_(kRadiusShare * static_cast<float>(std::min(width, height))),
      rasteriser_(width, height),
      projected_(solid_.vertices.size()) {}

ScreenVertex PotatoScene::Project(const Solid::Vertex& vertex, const Rotation& turn) const {
  const Vec3 position = turn(vertex.position);
  const float distance = kEyeDistance - position.z;
  // A little less than life size, so that what bulges towards the eye stays inside the picture.
  const float zoom = scale_ * std::sqrt(kEyeDistance * kEyeDistance - 1) / distance;
  return {.position = {middle_x_ + zoom * position.x, middle_y_ - zoom * position.y, distance},
          .colour = Shade(position, turn(vertex.normal), vertex.albedo)};
}

Image PotatoScene::Render(double seconds) {
  // Whole revolutions are taken off in double: a float would turn in jerks after some hours.
  const double revolutions = seconds * revolutions_per_second_;
  const double part = revolutions - std::floor(revolutions);
  const Rotation turn(kAxis, static_cast<float>(2 * std::numbers::pi * part));
  std::ranges::transform(solid_.vertices, projected_.begin(),
                         [&](const Solid::Vertex& vertex) { return Project(vertex, turn); });
  rasteriser_.Clear();
  const auto at = [this](int corner) -> const ScreenVertex& {
    return projected_[static_cast<size_t>(corner)];
  };
  for (const auto& [a, b, c] : solid_.triangles) rasteriser_.Draw(at(a), at(b), at(c));
  return rasteriser_.Finish(kBackgroundTop, kBackgroundBottom);
}

}  // namespace hypnos
