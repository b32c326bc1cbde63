#include "hypnos/control/errors.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

TEST(ControlErrors, EveryCodeOfOursCrossesTheWire) {
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code) {
    const Error error{static_cast<Code>(code), "REASON", "a sentence"};
    const control::Error sent = ToProto(error);
    EXPECT_EQ(control::Error::Code_Name(sent.code()), ToString(error.code));
    const Error received = FromProto(sent);
    EXPECT_EQ(received.code, error.code);
    EXPECT_EQ(received.reason, "REASON");
    EXPECT_EQ(received.message, "a sentence");
  }
}

TEST(ControlErrors, ACodeOfTheFutureIsInternal) {
  control::Error error;
  error.set_code(static_cast<control::Error::Code>(99));
  EXPECT_EQ(FromProto(error).code, Code::kInternal);
}

}  // namespace
}  // namespace hypnos
