#include "hypnos/base/nearest.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(Nearest, IsWithinAFewSlips) {
  const std::vector<std::string> words = {"units", "damping", "frame_rate_hz", "self"};
  EXPECT_EQ(Nearest("dampign", words), "damping");
  EXPECT_EQ(Nearest("unit", words), "units");
  EXPECT_EQ(Nearest("frameRateHz", words), "frame_rate_hz");
  EXPECT_EQ(Nearest("frame_rate", words), "frame_rate_hz");
  EXPECT_EQ(Nearest("SELF", words), "self");
  EXPECT_EQ(Nearest("damping_of_layer", words), "damping");
  EXPECT_EQ(Nearest("frame", words), "frame_rate_hz");
}

TEST(Nearest, NothingIsNearWhatIsFar) {
  const std::vector<std::string> words = {"units", "damping", "url"};
  for (const char* word : {"", "x", "id", "neurons", "damper_kind"}) {
    EXPECT_EQ(Nearest(word, words), "") << word;
  }
}

}  // namespace
}  // namespace hypnos
