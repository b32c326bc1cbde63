#include "hypnos/control/gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hypnos/base/format.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class GateTest : public ::testing::Test {
 protected:
  GateTest() {
    gate.SetTokens(*Tokens::Parse(TokenLine(control::VIEW, "wall", "look") + "\n" +
                                      TokenLine(control::CONTROL, "alice", "do"),
                                  "tokens"));
  }

  std::string Reason(const std::string& token, const Peer& from) {
    const auto admitted = gate.Admit(token, from, now);
    return admitted.ok() ? "let in" : admitted.error().reason;
  }
  std::string Reason(const std::string& token) { return Reason(token, far); }

  Gate gate;
  Instant now{};
  const Peer far{"192.0.2.7", "192.0.2.7", control::NONE};
  const Peer other{"192.0.2.8", "192.0.2.8", control::NONE};
};

TEST_F(GateTest, ATokenDecidesWhatItsHolderMay) {
  EXPECT_EQ(gate.Admit("look", far, now)->access, control::VIEW);
  EXPECT_EQ(gate.Admit("do", far, now)->access, control::CONTROL);
  EXPECT_EQ(gate.Admit("do", far, now)->holder, "alice");
}

TEST_F(GateTest, WithoutATokenThePlaceDecides) {
  EXPECT_EQ(Reason(""), "TOKEN_NEEDED");
  EXPECT_EQ(gate.Admit("", {"uid 1", "uid 1", control::CONTROL}, now)->access, control::CONTROL);
}

TEST_F(GateTest, AWrongTokenIsWorseThanNone) {
  EXPECT_EQ(Reason("guess", {"uid 1", "uid 1", control::CONTROL}), "TOKEN_WRONG");
}

TEST_F(GateTest, WhoGuessesTooOftenMustWaitEvenWithTheRightToken) {
  for (int i = 0; i < LoginThrottle::kFree; ++i) EXPECT_EQ(Reason("guess"), "TOKEN_WRONG");
  EXPECT_EQ(Reason("do"), "LOGIN_THROTTLED");
  now += 999ms;
  EXPECT_EQ(Reason("do"), "LOGIN_THROTTLED");
  now += 1ms;
  EXPECT_EQ(Reason("do"), "let in");
  EXPECT_EQ(Reason("guess"), "TOKEN_WRONG");  // forgiven: it begins anew
}

TEST_F(GateTest, TheWaitDoublesUpToAMinute) {
  for (int i = 0; i < LoginThrottle::kFree; ++i) EXPECT_EQ(Reason("guess"), "TOKEN_WRONG");
  for (const auto wait : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    now += wait - 1ns;
    EXPECT_EQ(Reason("guess"), "LOGIN_THROTTLED") << wait.count();
    now += 1ns;
    EXPECT_EQ(Reason("guess"), "TOKEN_WRONG") << wait.count();
  }
}

TEST_F(GateTest, OthersDoNotWait) {
  for (int i = 0; i < 20; ++i) Reason("guess");
  EXPECT_EQ(Reason("do", other), "let in");
}

TEST_F(GateTest, WhoWaitsIsToldForHowLong) {
  for (int i = 0; i < LoginThrottle::kFree; ++i) Reason("guess");
  EXPECT_THAT(gate.Admit("do", far, now).error().message, HasSubstr("192.0.2.7: try again in 1 s"));
}

TEST(LoginThrottle, RemembersABoundedNumberOfPeers) {
  LoginThrottle throttle;
  Instant now{};
  for (size_t i = 0; i < 2 * LoginThrottle::kMostPeers; ++i) {
    throttle.Failed(Format("peer {}", i), now += 1ms);
  }
  EXPECT_EQ(throttle.peers(), LoginThrottle::kMostPeers);
}

TEST(LoginThrottle, ForgetsWhatIsLongPast) {
  LoginThrottle throttle;
  Instant now{};
  for (int i = 0; i < 8; ++i) throttle.Failed("peer", now);
  EXPECT_GT(throttle.Wait("peer", now), 0s);
  now += LoginThrottle::kForgiven + 1s;
  throttle.Failed("peer", now);
  EXPECT_EQ(throttle.Wait("peer", now), 0s);
}

}  // namespace
}  // namespace hypnos
