// libFuzzer's way in: scripts/fuzz.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "sources/fuzz_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string broken =
      hypnos::BrokenSeriesPromise({reinterpret_cast<const char*>(data), size});
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
