#include "hypnos/cluster/parcels.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace hypnos {
namespace {

std::vector<std::string> Sent(const std::string& message, size_t limit) {
  std::vector<std::string> parcels;
  ParcelPost post("one", [&](std::string_view parcel) {
    parcels.emplace_back(parcel);
    return Status();
  });
  EXPECT_TRUE(post.Send(message, limit).ok());
  return parcels;
}

RC_GTEST_PROP(Parcels, PutTogetherAreTheMessage, (const std::string& message)) {
  const size_t limit = *rc::gen::inRange<size_t>(161, 400);
  const auto parcels = Sent(message, limit);
  ParcelCollector collector(1 << 20);
  for (size_t i = 0; i < parcels.size(); ++i) {
    RC_ASSERT(parcels[i].size() <= limit);
    const auto whole = collector.Add(parcels[i]);
    RC_ASSERT(whole.ok());
    RC_ASSERT(whole->has_value() == (i + 1 == parcels.size()));
    if (whole->has_value()) RC_ASSERT(**whole == message);
  }
}

RC_GTEST_PROP(Parcels, OfAnythingAreRefusedOrPassedOver,
              (const std::vector<std::string>& parcels)) {
  ParcelCollector collector(1000);
  for (const std::string& parcel : parcels) {
    const auto whole = collector.Add(parcel);
    if (!whole.ok()) RC_ASSERT(whole.error().reason == "POISONED");
  }
}

TEST(Parcels, OneThatIsLostCostsTheMessageAndNoOther) {
  const auto lost = Sent(std::string(1000, 'a'), 300), whole = Sent("whole", 300);
  ASSERT_GT(lost.size(), 3u);
  ParcelCollector collector(1 << 20);
  for (size_t i = 0; i < lost.size(); ++i) {
    if (i == 1) continue;
    const auto none = collector.Add(lost[i]);
    ASSERT_TRUE(none.ok());
    EXPECT_FALSE(none->has_value());
  }
  EXPECT_EQ(**collector.Add(whole.front()), "whole");
}

TEST(Parcels, ThatWereChangedOnTheWayAreRefused) {
  auto parcels = Sent(std::string(1000, 'a'), 300);
  parcels[1].back() ^= 1;
  ParcelCollector collector(1 << 20);
  Result<std::optional<std::string>> last = std::optional<std::string>();
  for (const std::string& parcel : parcels) last = collector.Add(parcel);
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error().reason, "POISONED");
}

TEST(Parcels, OfSeveralSendersMayBeMixed) {
  std::vector<std::string> parcels[2];
  for (const int who : {0, 1}) {
    ParcelPost post(who == 0 ? "one" : "two", [&](std::string_view parcel) {
      parcels[who].emplace_back(parcel);
      return Status();
    });
    ASSERT_TRUE(post.Send(std::string(500, who == 0 ? 'a' : 'b'), 300).ok());
  }
  ParcelCollector collector(1 << 20);
  std::vector<std::string> whole;
  for (size_t i = 0; i < parcels[0].size(); ++i) {
    for (const auto& of : parcels) {
      const auto message = collector.Add(of[i]);
      ASSERT_TRUE(message.ok());
      if (message->has_value()) whole.push_back(**message);
    }
  }
  ASSERT_EQ(whole.size(), 2u);
  EXPECT_EQ(whole[0], std::string(500, 'a'));
  EXPECT_EQ(whole[1], std::string(500, 'b'));
}

TEST(Parcels, TooLongAMessageIsRefused) {
  ParcelCollector collector(600);
  bool refused = false;
  for (const std::string& parcel : Sent(std::string(1000, 'a'), 300)) {
    refused = refused || !collector.Add(parcel).ok();
  }
  EXPECT_TRUE(refused);
}

TEST(Parcels, ABrokerThatTakesNothingIsTold) {
  ParcelPost post("one", [](std::string_view) { return Status(); });
  const Status sent = post.Send("a", 100);
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.error().reason, "TOO_LARGE");
}

}  // namespace
}  // namespace hypnos
