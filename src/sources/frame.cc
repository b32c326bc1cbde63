#include "hypnos/sources/frame.h"

namespace hypnos {
namespace {

int Strength(Discontinuity discontinuity) {
  switch (discontinuity) {
    case Discontinuity::kNone:
      return 0;
    case Discontinuity::kSwitch:
      return 1;
    case Discontinuity::kPause:
      return 2;
    case Discontinuity::kGap:
      return 3;
    case Discontinuity::kResize:
      return 4;
    case Discontinuity::kReconnect:
      return 5;
    case Discontinuity::kLoop:
      return 6;
    case Discontinuity::kClip:
      return 7;
    case Discontinuity::kStart:
      return 8;
  }
  return 0;
}

}  // namespace

const char* ToString(Discontinuity discontinuity) {
  switch (discontinuity) {
    case Discontinuity::kNone:
      return "none";
    case Discontinuity::kStart:
      return "start";
    case Discontinuity::kClip:
      return "clip";
    case Discontinuity::kLoop:
      return "loop";
    case Discontinuity::kResize:
      return "resize";
    case Discontinuity::kReconnect:
      return "reconnect";
    case Discontinuity::kGap:
      return "gap";
    case Discontinuity::kPause:
      return "pause";
    case Discontinuity::kSwitch:
      return "switch";
  }
  return "none";
}

Discontinuity Stronger(Discontinuity one, Discontinuity other) {
  return Strength(one) >= Strength(other) ? one : other;
}

}  // namespace hypnos
