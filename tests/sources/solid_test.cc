#include "sources/solid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

namespace hypnos {
namespace {

TEST(Potato, IsClosed) {
  const Solid solid = MakePotato(1);
  std::map<std::pair<int, int>, int> edges;
  for (const auto& [a, b, c] : solid.triangles) {
    ++edges[{a, b}];
    ++edges[{b, c}];
    ++edges[{c, a}];
  }
  for (const auto& [edge, count] : edges) {
    EXPECT_EQ(count, 1);
    EXPECT_TRUE(edges.contains({edge.second, edge.first})) << "the neighbour runs the other way";
  }
  const auto vertices = static_cast<long>(solid.vertices.size());
  const auto faces = static_cast<long>(solid.triangles.size());
  EXPECT_EQ(vertices - static_cast<long>(edges.size()) / 2 + faces, 2) << "Euler";
}

TEST(Potato, FitsTheUnitSphereAndHasNormalsOutwards) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    float farthest = 0;
    for (const auto& vertex : MakePotato(seed).vertices) {
      farthest = std::max(farthest, Length(vertex.position));
      EXPECT_NEAR(Length(vertex.normal), 1, 1e-5);
      EXPECT_GT(Dot(vertex.normal, vertex.position), 0);
    }
    EXPECT_NEAR(farthest, 1, 1e-5);
  }
}

TEST(Potato, IsLumpyAndEachSeedHasItsOwn) {
  const Solid one = MakePotato(1);
  const Solid other = MakePotato(2);
  float nearest = 1;
  float largest_difference = 0;
  for (size_t i = 0; i < one.vertices.size(); ++i) {
    nearest = std::min(nearest, Length(one.vertices[i].position));
    const Vec3 between = one.vertices[i].position - other.vertices[i].position;
    largest_difference = std::max(largest_difference, Length(between));
  }
  EXPECT_LT(nearest, 0.85f);
  EXPECT_GT(largest_difference, 0.1f);
}

}  // namespace
}  // namespace hypnos
