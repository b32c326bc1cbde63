#include "sources/solid.h"

#include <algorithm>
#include <map>
#include <utility>

#include "hypnos/base/rng.h"

namespace hypnos {
namespace {

constexpr int kSubdivisions = 5;  // 20 * 4^5 triangles: about one for each pixel of a small picture

// Twenty triangles, each cut into four again and again, with all corners on the unit sphere.
class Sphere {
 public:
  Sphere() {
    const float golden = (1 + std::sqrt(5.0f)) / 2;
    for (const float a : {-1.0f, 1.0f}) {
      for (const float b : {-golden, golden}) {
        Add({0, a, b});
        Add({a, b, 0});
        Add({b, 0, a});
      }
    }
    ConnectNeighbours();
    for (int i = 0; i < kSubdivisions; ++i) Subdivide();
  }

  const std::vector<Vec3>& directions() const { return directions_; }
  const std::vector<std::array<int, 3>>& triangles() const { return triangles_; }

 private:
  int Add(const Vec3& point) {
    directions_.push_back(Normalised(point));
    return static_cast<int>(directions_.size()) - 1;
  }

  const Vec3& At(int corner) const { return directions_[static_cast<size_t>(corner)]; }

  // Corners of an icosahedron are neighbours if the angle between them is the smallest there is.
  bool AreNeighbours(int a, int b) const { return Dot(At(a), At(b)) > 0.4f; }

  void ConnectNeighbours() {
    const int count = static_cast<int>(directions_.size());
    for (int a = 0; a < count; ++a) {
      for (int b = a + 1; b < count; ++b) {
        for (int c = b + 1; c < count; ++c) {
          if (!AreNeighbours(a, b) || !AreNeighbours(b, c) || !AreNeighbours(a, c)) continue;
          const bool outwards = Dot(Cross(At(b) - At(a), At(c) - At(a)), At(a)) > 0;
          triangles_.push_back(outwards ? std::array{a, b, c} : std::array{a, c, b});
        }
      }
    }
  }

  void Subdivide() {
    std::map<std::pair<int, int>, int> middles;
    const auto middle = [this, &middles](int a, int b) {
      const auto [found, fresh] = middles.try_emplace(std::minmax(a, b), 0);
      if (fresh) found->second = Add(At(a) + At(b));
      return found->second;
    };
    std::vector<std::array<int, 3>> finer;
    for (const auto& [a, b, c] : triangles_) {
      const int ab = middle(a, b);
      const int bc = middle(b, c);
      const int ca = middle(c, a);
      finer.insert(finer.end(), {{a, ab, ca}, {ab, b, bc}, {ca, bc, c}, {ab, bc, ca}});
    }
    triangles_ = std::move(finer);
  }

  std::vector<Vec3> directions_;
  std::vector<std::array<int, 3>> triangles_;
};

float Legendre(int degree, float x) {
  float before = 1;
  float now = x;
  for (int l = 2; l <= degree; ++l) {
    const auto n = static_cast<float>(l);
    before = std::exchange(now, ((2 * n - 1) * x * now - (n - 1) * before) / n);
  }
  return degree == 0 ? 1 : now;
}

Vec3 RandomDirection(Rng* rng) {
  while (true) {
    const Vec3 direction = {rng->Normal(), rng->Normal(), rng->Normal()};
    if (Length(direction) > 0.1f) return Normalised(direction);
  }
}

struct Harmonic {
  Vec3 axis;
  int degree = 0;
  float amplitude = 0;
};

std::vector<Harmonic> DrawHarmonics(Rng rng, const std::vector<std::pair<int, float>>& spectrum) {
  constexpr int kAxesEach = 3;
  std::vector<Harmonic> harmonics;
  for (const auto& [degree, amplitude] : spectrum) {
    for (int i = 0; i < kAxesEach; ++i) {
      const Vec3 axis = RandomDirection(&rng);
      harmonics.push_back({axis, degree, amplitude * (0.5f + rng.Uniform())});
    }
  }
  return harmonics;
}

float Sum(const std::vector<Harmonic>& harmonics, const Vec3& direction) {
  float sum = 0;
  for (const Harmonic& h : harmonics) {
    sum += h.amplitude * Legendre(h.degree, Dot(h.axis, direction));
  }
  return sum;
}

// The eyes: small, dark, and a little sunk in. 0 outside, up to 1 in the middle.
class Eyes {
 public:
  explicit Eyes(Rng rng) {
    constexpr int kCount = 14;
    for (int i = 0; i < kCount; ++i) {
      const Vec3 middle = RandomDirection(&rng);
      eyes_.push_back({middle, 60 + 140 * rng.Uniform()});
    }
  }

  float operator()(const Vec3& direction) const {
    float deepest = 0;
    for (const auto& [middle, sharpness] : eyes_) {
      deepest = std::max(deepest, std::exp(sharpness * (Dot(middle, direction) - 1)));
    }
    return deepest;
  }

 private:
  std::vector<std::pair<Vec3, float>> eyes_;
};

void AddNormals(Solid* solid) {
  const auto vertex = [solid](int corner) -> Solid::Vertex& {
    return solid->vertices[static_cast<size_t>(corner)];
  };
  for (const auto& [a, b, c] : solid->triangles) {
    // Its length is twice the area: large triangles count more.
    const Vec3 normal =
        Cross(vertex(b).position - vertex(a).position, vertex(c).position - vertex(a).position);
    for (const int corner : {a, b, c}) vertex(corner).normal = vertex(corner).normal + normal;
  }
  for (Solid::Vertex& v : solid->vertices) v.normal = Normalised(v.normal);
}

void ScaleToUnitRadius(Solid* solid) {
  float farthest = 0;
  for (const auto& v : solid->vertices) farthest = std::max(farthest, Length(v.position));
  for (auto& v : solid->vertices) v.position = (1 / farthest) * v.position;
}

}  // namespace

Solid MakePotato(uint64_t seed) {
  const Rng rng(seed);
  const auto bumps =
      DrawHarmonics(rng.Fork("bumps"),
                    {{1, 0.05f}, {2, 0.13f}, {3, 0.08f}, {4, 0.045f}, {5, 0.03f}, {7, 0.015f}});
  const auto skin = DrawHarmonics(rng.Fork("skin"), {{6, 0.04f}, {11, 0.04f}, {17, 0.04f}});
  const Eyes eyes(rng.Fork("eyes"));

  const Sphere sphere;
  Solid solid;
  solid.triangles = sphere.triangles();
  for (const Vec3& direction : sphere.directions()) {
    const float eye = eyes(direction);
    const float radius = std::max(0.35f, 1 + Sum(bumps, direction)) - 0.05f * eye;
    const float albedo = std::clamp(0.8f + Sum(skin, direction) - 0.45f * eye, 0.1f, 1.0f);
    solid.vertices.push_back({.position = radius * direction, .normal = {}, .albedo = albedo});
  }
  AddNormals(&solid);
  ScaleToUnitRadius(&solid);
  return solid;
}

}  // namespace hypnos
