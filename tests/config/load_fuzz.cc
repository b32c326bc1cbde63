// libFuzzer's way in. A good start:
//   hypnos_config_fuzz -dict=tests/config/load_fuzz.dict -max_len=4096 CORPUS configs
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "config/load_property.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string broken =
      hypnos::config::BrokenPromise({reinterpret_cast<const char*>(data), size});
  if (!broken.empty()) {
    std::fprintf(stderr, "%s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
