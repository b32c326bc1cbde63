// Which pictures of a stream are partly made up. Where data is damaged or missing, a decoder fills
// the hole with what stood there before; the pictures after it are differences to that, and carry
// it on until a key picture, which leans on no other.
// Packets and pictures bring their presentation stamps, for a decoder gives pictures some packets
// later. Threads: thread-compatible.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace hypnos {

class Concealment {
 public:
  using Stamp = std::optional<int64_t>;

  // The container says, or the decoder, that this packet is damaged, or some before it are missing.
  void DamagedPacket(Stamp stamp) {
    if (!first_damage_) first_damage_ = stamp.value_or(kNow);
    last_damage_ = std::max(last_damage_.value_or(kNow), stamp.value_or(kNow));
  }

  // Whether the picture is one of these. `flawed`: the decoder says so of this one.
  bool IsConcealed(bool flawed, bool key, Stamp stamp) {
    const bool reached = first_damage_ && (!stamp || *stamp >= *first_damage_);
    const bool left_behind = !last_damage_ || !stamp || *stamp > *last_damage_;
    if (flawed || reached) concealed_ = true;
    if (!concealed_) return false;
    if (flawed) since_flaw_ = 0;
    if ((key && !flawed && left_behind) || ++since_flaw_ > kLongest) Forget();
    return concealed_;
  }

 private:
  static constexpr int64_t kNow = INT64_MIN;
  // Some encoders send no key pictures, but renew a stripe of each picture in turn.
  static constexpr int kLongest = 500;

  void Forget() { *this = {}; }

  bool concealed_ = false;
  Stamp first_damage_, last_damage_;
  int since_flaw_ = 0;
};

}  // namespace hypnos
