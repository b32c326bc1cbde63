// Points and directions in space.
#pragma once

#include <cmath>

namespace hypnos {

struct Vec3 {
  float x = 0;
  float y = 0;
  float z = 0;
};

inline Vec3 operator+(const Vec3& a, const Vec3& b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
inline Vec3 operator-(const Vec3& a, const Vec3& b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
inline Vec3 operator*(float s, const Vec3& a) { return {s * a.x, s * a.y, s * a.z}; }
inline float Dot(const Vec3& a, const Vec3& b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
inline Vec3 Cross(const Vec3& a, const Vec3& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float Length(const Vec3& a) { return std::sqrt(Dot(a, a)); }
// Precondition: a is not zero.
inline Vec3 Normalised(const Vec3& a) { return (1 / Length(a)) * a; }

// Turns a point about an axis of length 1 (Rodrigues).
class Rotation {
 public:
  Rotation(const Vec3& axis, float radians)
      : axis_(axis), sine_(std::sin(radians)), cosine_(std::cos(radians)) {}

  Vec3 operator()(const Vec3& a) const {
    return cosine_ * a + sine_ * Cross(axis_, a) + ((1 - cosine_) * Dot(axis_, a)) * axis_;
  }

 private:
  Vec3 axis_;
  float sine_;
  float cosine_;
};

}  // namespace hypnos
