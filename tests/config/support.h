// Short ways to say what the tests of this room are about.
#pragma once

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <string>
#include <string_view>

#include "hypnos/config/load.h"

namespace hypnos::config {

// The shortest whole configuration. The parts, for tests that write one part themselves.
constexpr char kSources[] = "sources: [{name: hall, synthetic: {}}]\n";
constexpr char kEncoding[] = "encoding: {patches: {}}\n";
constexpr char kNetwork[] = "network: {layers: [{}]}\n";
inline std::string Minimal() { return std::string(kSources) + kEncoding + kNetwork; }

// What Parse says of a file "f"; "" if all is well.
inline std::string Complaint(std::string_view text, const Overrides& overrides = {}) {
  const Result<Config> config = Parse(text, "f", overrides);
  if (config.ok()) return "";
  EXPECT_EQ(config.error().code, Code::kInvalidArgument);
  EXPECT_EQ(config.error().reason, "CONFIG_INVALID");
  return config.error().message;
}

// The same fields present, with the same values.
MATCHER_P(SameAs, expected, "") {
  google::protobuf::util::MessageDifferencer differencer;
  std::string difference;
  differencer.ReportDifferencesToString(&difference);
  const bool same = differencer.Compare(expected, arg);
  *result_listener << difference;
  return same;
}

}  // namespace hypnos::config
