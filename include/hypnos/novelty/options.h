// What novelty is taken to be. Nothing here is in units of a scene: surprises are told by their
// ranks among what was seen before, times in seconds.
#pragma once

namespace hypnos {

struct CalibrationOptions {
  // Time after which what was seen counts for 1/e: so fast does what is new become usual. Above 0.
  double new_normal_seconds = 3600;
  // Evidence at a place is summed over its neighbours in a square of 2 reach + 1 places, and over
  // so many frames, fading.
  int reach = 1;
  double persistence_frames = 2;
};

struct EventOptions {
  // Above 0. So long nothing is told, and all that is seen is usual. After that what is new becomes
  // usual by new_normal_seconds. Time in which nothing is learned does not count.
  double warm_up_seconds = 300;
  // Scores as decades, see NoveltyReport::score: 3 is reached once in a thousand usual frames.
  double begin_score = 3;
  // An event goes on until the score has been below this one for `quiet_seconds`.
  double end_score = 1.5;
  double quiet_seconds = 2;
  // So long it must last before it is told.
  double least_seconds = 0.5;
  // After one has ended, so long until the next one may begin.
  double cooldown_seconds = 5;
  // The scene itself has changed (light, a cover, a knock) where at least this share of all places
  // changes at once; then nothing else is told for `settle_seconds`.
  double scene_share = 0.5;
  double settle_seconds = 5;
};

struct NoveltyOptions {
  CalibrationOptions calibration;
  EventOptions events;
};

}  // namespace hypnos
