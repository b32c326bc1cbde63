#include "hypnos/cluster/replicas.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "cluster/memory_store.h"
#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kDeadline = 10;

class ReplicasTest : public ::testing::Test {
 protected:
  ReplicaOptions Options(const std::string& name) const {
    return {.model = "m",
            .name = name,
            .every_steps = 100,
            .deadline = FromSeconds(kDeadline),
            .configuration = configuration,
            .values = 2};
  }
  Replicas New(const std::string& name) { return {Options(name), store, clock}; }

  static Replicas::Deed Look(Replicas& replica, uint64_t steps) {
    auto deed = replica.Look(steps);
    EXPECT_TRUE(deed.ok()) << deed.error().message;
    return deed.ok() ? *std::move(deed) : Replicas::Deed();
  }
  // As whoever has the weights does.
  static void Learn(Replicas& replica, uint64_t steps, std::vector<float> weights) {
    ASSERT_TRUE(std::holds_alternative<Replicas::OfferWanted>(Look(replica, steps)));
    const Status offered = replica.Offer(std::move(weights), steps);
    ASSERT_TRUE(offered.ok()) << offered.error().message;
  }
  static Replicas::MeanCame MeanOf(Replicas& replica, uint64_t steps) {
    const Replicas::Deed deed = Look(replica, steps);
    const auto* mean = std::get_if<Replicas::MeanCame>(&deed);
    EXPECT_NE(mean, nullptr) << deed.index();
    return mean == nullptr ? Replicas::MeanCame() : *mean;
  }
  static std::string WhyLeftOut(Replicas& replica, uint64_t steps) {
    const Replicas::Deed deed = Look(replica, steps);
    const auto* out = std::get_if<Replicas::LeftOut>(&deed);
    return out == nullptr ? "it is not" : out->why;
  }
  static bool HasNothingToDo(Replicas& replica, uint64_t steps) {
    return std::holds_alternative<Replicas::Nothing>(Look(replica, steps));
  }
  // The first round, of both.
  void BeginTogether(Replicas& a, Replicas& b) {
    EXPECT_TRUE(HasNothingToDo(a, 0));
    EXPECT_TRUE(HasNothingToDo(b, 0));
    Learn(a, 100, {1, 2});
    Learn(b, 3, {3, 6});
    EXPECT_TRUE(HasNothingToDo(a, 101));
    clock.AdvanceSeconds(kDeadline);
    EXPECT_TRUE(HasNothingToDo(a, 102));
    EXPECT_THAT(MeanOf(a, 102).mean, ElementsAre(2, 4));
    EXPECT_THAT(MeanOf(b, 5).mean, ElementsAre(2, 4));
  }

  std::map<std::string, std::string> configuration = {{"shapes", "1x2"}};
  MemoryStore store;
  SimulatedClock clock;
};

TEST_F(ReplicasTest, AllGetTheMeanOfAllAndWhatTheyGave) {
  Replicas a = New("a"), b = New("b");
  EXPECT_TRUE(HasNothingToDo(a, 0));
  EXPECT_TRUE(HasNothingToDo(a, 99));
  Learn(a, 100, {1, 2});
  // It has learned little, and joins with that.
  EXPECT_TRUE(HasNothingToDo(b, 0));
  Learn(b, 3, {3, 6});
  clock.AdvanceSeconds(kDeadline - 1);
  EXPECT_TRUE(HasNothingToDo(a, 150));
  clock.AdvanceSeconds(kDeadline);
  EXPECT_TRUE(HasNothingToDo(a, 150));
  const Replicas::MeanCame mean = MeanOf(b, 5);
  EXPECT_EQ(mean.round, 1U);
  EXPECT_THAT(mean.names, ElementsAre("a", "b"));
  EXPECT_THAT(mean.mean, ElementsAre(2, 4));
  EXPECT_THAT(mean.own, ElementsAre(3, 6));
  const Replicas::MeanCame same = MeanOf(a, 151);
  EXPECT_EQ(same.digest, mean.digest);
  EXPECT_TRUE(HasNothingToDo(a, 199));
}

TEST_F(ReplicasTest, WhereAllAreThereNobodyWaitsForTheDeadline) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  EXPECT_TRUE(HasNothingToDo(a, 200));
  Learn(b, 6, {4, 4});
  EXPECT_TRUE(HasNothingToDo(a, 201));
  EXPECT_THAT(MeanOf(a, 201).mean, ElementsAre(3, 3));
  EXPECT_THAT(MeanOf(b, 7).mean, ElementsAre(3, 3));
}

TEST_F(ReplicasTest, WhoIsDeadIsLeftOutAtTheDeadlineAndNotWaitedForAgain) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  EXPECT_TRUE(HasNothingToDo(a, 200));
  clock.AdvanceSeconds(kDeadline + 0.1);
  EXPECT_TRUE(HasNothingToDo(a, 200));
  EXPECT_THAT(MeanOf(a, 200).names, ElementsAre("a"));
  EXPECT_EQ(a.left_out().at("b"), "nothing came from it in time");
  Learn(a, 300, {5, 5});
  EXPECT_TRUE(HasNothingToDo(a, 300));
  EXPECT_THAT(MeanOf(a, 300).mean, ElementsAre(5, 5));
  EXPECT_TRUE(a.left_out().empty());
  // It comes back, and opens a round as soon as it has learned enough.
  Learn(b, 106, {7, 7});
  Learn(a, 301, {9, 9});
  clock.AdvanceSeconds(2 * kDeadline);
  EXPECT_TRUE(HasNothingToDo(a, 302));
  EXPECT_THAT(MeanOf(b, 107).mean, ElementsAre(8, 8));
}

TEST_F(ReplicasTest, WhoWasStoppedWithAnOfferGoesOnWithItsOwn) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(b, 110, {4, 4});
  Learn(a, 104, {2, 2});
  EXPECT_TRUE(HasNothingToDo(a, 104));
  (void)MeanOf(a, 104);
  Learn(a, 210, {2, 2});
  EXPECT_TRUE(HasNothingToDo(a, 210));
  clock.AdvanceSeconds(kDeadline);
  EXPECT_TRUE(HasNothingToDo(a, 210));
  (void)MeanOf(a, 210);
  EXPECT_EQ(WhyLeftOut(b, 111), "others have closed further rounds meanwhile");
  EXPECT_TRUE(HasNothingToDo(b, 111));
}

TEST_F(ReplicasTest, WhereTheFirstIsGoneTheNextClosesTheRound) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  Learn(b, 6, {4, 4});
  EXPECT_TRUE(HasNothingToDo(b, 6));
  clock.AdvanceSeconds(kDeadline / 2 - 0.1);
  EXPECT_TRUE(HasNothingToDo(b, 6));
  EXPECT_TRUE(HasNothingToDo(b, 6));
  clock.AdvanceSeconds(0.1);
  EXPECT_TRUE(HasNothingToDo(b, 6));
  EXPECT_THAT(MeanOf(b, 6).names, ElementsAre("a", "b"));
}

TEST_F(ReplicasTest, OfTwoWhoCloseOneWins) {
  Replicas a = New("a"), b = New("b"), c = New("c");
  BeginTogether(a, b);
  EXPECT_TRUE(HasNothingToDo(c, 0));
  Learn(a, 200, {2, 2});
  Learn(b, 6, {4, 4});
  // While it sums, somebody else has joined: its sum is not what there is.
  store.set_before_replacing([&] { Learn(c, 7, {9, 9}); });
  EXPECT_TRUE(HasNothingToDo(a, 200));
  EXPECT_TRUE(HasNothingToDo(a, 200));
  EXPECT_THAT(MeanOf(a, 200).mean, ElementsAre(5, 5));
  EXPECT_THAT(MeanOf(c, 7).names, ElementsAre("a", "b", "c"));
}

TEST_F(ReplicasTest, AnOfferThatSomebodyWasFasterThanIsMadeAgain) {
  Replicas a = New("a"), b = New("b");
  EXPECT_TRUE(HasNothingToDo(a, 0));
  EXPECT_TRUE(HasNothingToDo(b, 0));
  store.set_before_replacing([&] { Learn(b, 100, {3, 3}); });
  Learn(a, 100, {1, 1});
  Learn(a, 100, {1, 1});
  EXPECT_TRUE(HasNothingToDo(a, 100));
  clock.AdvanceSeconds(kDeadline);
  EXPECT_TRUE(HasNothingToDo(a, 100));
  EXPECT_THAT(MeanOf(a, 100).mean, ElementsAre(2, 2));
}

TEST_F(ReplicasTest, WhoBeginsTakesTheNewestModel) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  ReplicaOptions options = Options("c");
  options.fresh = true;
  Replicas c(options, store, clock);
  const Replicas::Deed deed = Look(c, 1);
  const auto* found = std::get_if<Replicas::ModelFound>(&deed);
  ASSERT_NE(found, nullptr);
  EXPECT_THAT(found->values, ElementsAre(2, 4));
  EXPECT_EQ(found->round, 1U);
  EXPECT_TRUE(HasNothingToDo(c, 2));
  // Who goes on from what it had does not.
  Replicas d = New("d");
  EXPECT_TRUE(HasNothingToDo(d, 1));
}

TEST_F(ReplicasTest, AStoreThatIsGoneChangesNothing) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  Learn(b, 6, {4, 4});
  store.set_gone(true);
  EXPECT_EQ(a.Look(250).error().code, Code::kUnavailable);
  EXPECT_EQ(b.Look(50).error().code, Code::kUnavailable);
  store.set_gone(false);
  EXPECT_TRUE(HasNothingToDo(a, 260));
  EXPECT_THAT(MeanOf(a, 260).mean, ElementsAre(3, 3));
  EXPECT_THAT(MeanOf(b, 60).mean, ElementsAre(3, 3));
}

TEST_F(ReplicasTest, AStoreThatHasLostEverythingIsBegunAnew) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  const auto entries = store.entries();
  for (const auto& [key, entry] : entries) store.Forget(key);
  EXPECT_THAT(WhyLeftOut(a, 201), HasSubstr("the store has lost its offer"));
  Learn(a, 300, {2, 2});
  EXPECT_TRUE(HasNothingToDo(a, 300));
  clock.AdvanceSeconds(kDeadline);
  EXPECT_TRUE(HasNothingToDo(a, 300));
  EXPECT_EQ(MeanOf(a, 300).round, 1U);
}

TEST_F(ReplicasTest, WhoIsOfAnotherConfigurationIsRefusedAndOverwritesNothing) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  configuration["shapes"] = "1x3";
  Replicas other = New("c");
  const auto before = store.entries();
  const auto deed = other.Look(100);
  ASSERT_FALSE(deed.ok());
  EXPECT_EQ(deed.error().reason, "MODEL_DIFFERS");
  EXPECT_THAT(deed.error().message, HasSubstr("shapes is 1x3 here and 1x2 there"));
  EXPECT_EQ(other.Offer({1, 1}, 100).error().reason, "MODEL_DIFFERS");
  EXPECT_EQ(store.entries().size(), before.size());
  EXPECT_EQ(store.entries().at("m.ledger").revision, before.at("m.ledger").revision);
}

TEST_F(ReplicasTest, WhatIsNoLedgerIsRefusedAndLeftAsItIs) {
  Replicas a = New("a");
  for (const auto& [json, reason] :
       {std::pair("poison", "NOT_A_LEDGER"), {R"({"version":0})", "LEDGER_VERSION"}}) {
    ASSERT_TRUE(store.Put("m.ledger", json).ok());
    EXPECT_EQ(a.Look(100).error().reason, reason);
    EXPECT_EQ(a.Offer({1, 1}, 100).error().reason, reason);
    EXPECT_EQ(store.entries().at("m.ledger").bytes, json);
    EXPECT_EQ(store.entries().size(), 1U);
  }
}

TEST_F(ReplicasTest, APoisonedOfferIsLeftOutAndBothEndsAreTold) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  Learn(b, 6, {4, 4});
  ASSERT_TRUE(store.Put("m.offer.b.0.0", "\xff\xff\xff\xff\xff\xff\xff\xff").ok());
  EXPECT_TRUE(HasNothingToDo(a, 200));
  EXPECT_THAT(MeanOf(a, 200).mean, ElementsAre(2, 2));
  EXPECT_THAT(a.left_out().at("b"), HasSubstr("is not what its checksum was made of"));
  EXPECT_THAT(WhyLeftOut(b, 7), HasSubstr("what it offered is of no use"));
}

TEST_F(ReplicasTest, AnOfferOfWhatIsNoNumberIsLeftOutThoughItsChecksumIsRight) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  Ledger ledger = *ParseLedger(store.entries().at("m.ledger").bytes);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float weights[] = {nan, 1};
  const auto blob =
      PutBlob(store, "m.offer.b.0", {reinterpret_cast<const char*>(weights), sizeof(weights)});
  ASSERT_TRUE(blob.ok());
  ledger.offers["b"] = {*blob, 5};
  ASSERT_TRUE(store.Put("m.ledger", JsonOf(ledger)).ok());
  EXPECT_TRUE(HasNothingToDo(a, 200));
  EXPECT_THAT(MeanOf(a, 200).mean, ElementsAre(2, 2));
  EXPECT_THAT(a.left_out().at("b"), HasSubstr("it holds what is no number"));
}

TEST_F(ReplicasTest, AMeanThatIsDamagedIsPassedOver) {
  Replicas a = New("a"), b = New("b");
  BeginTogether(a, b);
  Learn(a, 200, {2, 2});
  Learn(b, 6, {4, 4});
  EXPECT_TRUE(HasNothingToDo(a, 200));
  ASSERT_TRUE(store.Put("m.mean.a.0.0", "poison").ok());
  EXPECT_EQ(b.Look(7).error().code, Code::kDataLoss);
  EXPECT_TRUE(HasNothingToDo(b, 7));
}

TEST_F(ReplicasTest, WeightsThatAreNoNumbersAreNotOffered) {
  Replicas a = New("a");
  EXPECT_TRUE(HasNothingToDo(a, 0));
  ASSERT_TRUE(std::holds_alternative<Replicas::OfferWanted>(Look(a, 100)));
  EXPECT_EQ(a.Offer({std::numeric_limits<float>::infinity(), 0}, 100).error().reason,
            "WEIGHTS_DAMAGED");
  EXPECT_TRUE(store.entries().empty());
  EXPECT_TRUE(HasNothingToDo(a, 101));
}

}  // namespace
}  // namespace hypnos
