// Every family of benchmarks. A new one: a file <name>_family.cc, a line here and in
// CMakeLists.txt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hypnos/base/result.h"

namespace hypnos::bench {

struct FamilyOptions {
  std::string clip;
  // Of each run. Whole cycles of wake and sleep (256 frames and more), or the mix of the two is not
  // the one that lasts.
  int64_t frames = 512;
};

// What went wrong first, for the exit code; Google Benchmark itself only prints it.
using FirstError = std::optional<Error>;

// Both must outlive the benchmarks.
void RegisterVideoFamily(const FamilyOptions& options, FirstError& error);
// Reading a clip in a process of its own and here.
void RegisterCaptureFamily(const FamilyOptions& options, FirstError& error);
// What keeping what is learned costs.
void RegisterCheckpointFamily(FirstError& error);
void RegisterLayerFamily();
// What learning costs beside looking, one sample at a time, and what the machine allows.
void RegisterReadBandwidthFamily();
void RegisterBatch1Family(FirstError& error);
// What the machine's arithmetic allows, and what becomes of it.
void RegisterSgemmFamily();
void RegisterBatch100Family(FirstError& error);
void RegisterGridFamily(const FamilyOptions& options, FirstError& error);
void RegisterGrowthFamily(const FamilyOptions& options, FirstError& error);

inline void RegisterFamilies(const FamilyOptions& options, FirstError& error) {
  RegisterVideoFamily(options, error);
  RegisterCaptureFamily(options, error);
  RegisterCheckpointFamily(error);
  RegisterLayerFamily();
  RegisterReadBandwidthFamily();
  RegisterBatch1Family(error);
  RegisterSgemmFamily();
  RegisterBatch100Family(error);
  RegisterGridFamily(options, error);
  RegisterGrowthFamily(options, error);
}

}  // namespace hypnos::bench
