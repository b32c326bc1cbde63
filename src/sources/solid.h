// A lumpy, irregular solid, and the net of triangles around it.
//   radius(d) = 1 + sum_k a_k P_l(k)(d . c_k) - dents,  P_l the Legendre polynomial of degree l
// A Legendre polynomial about an axis is a spherical harmonic; low degrees make the body long and
// bent, high ones lumpy. Axes c and amplitudes a are drawn from the seed.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sources/vec3.h"

namespace hypnos {

struct Solid {
  struct Vertex {
    Vec3 position;
    Vec3 normal;       // length 1, outwards
    float albedo = 1;  // share of the light that comes back
  };
  std::vector<Vertex> vertices;
  // Corners, counter-clockwise seen from outside.
  std::vector<std::array<int, 3>> triangles;
};

// No point is farther than 1 from the origin; the farthest is 1 away.
Solid MakePotato(uint64_t seed);

}  // namespace hypnos
