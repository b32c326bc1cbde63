#include "hypnos/sinks/signature.h"

#include <gtest/gtest.h>

namespace hypnos {
namespace {

// By `printf '%s' '1769860800.{"id":7}' | openssl dgst -sha256 -hmac hush`.
TEST(Signature, IsWhatOpenSslSays) {
  EXPECT_EQ(SignatureOf("hush", 1769860800, R"({"id":7})"),
            "32412fa3951e3150e788afe2a09477e00fc1fa9cbb14301035980bb1a19287fd");
}

TEST(Signature, HangsOnAllThatIsSigned) {
  const std::string one = SignatureOf("hush", 1, "body");
  EXPECT_EQ(one.size(), 64u);
  EXPECT_NE(SignatureOf("hash", 1, "body"), one);
  EXPECT_NE(SignatureOf("hush", 2, "body"), one);
  EXPECT_NE(SignatureOf("hush", 1, "bodies"), one);
}

}  // namespace
}  // namespace hypnos
