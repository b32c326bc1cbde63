#include "daemon/event_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "support/simulated_clock.h"

namespace hypnos {
namespace {

using control::Event;

class EventBookTest : public ::testing::Test {
 protected:
  std::vector<uint64_t> Ids(const control::QueryEventsRequest& request = {}) {
    std::vector<uint64_t> ids;
    const control::QueryEventsResponse response = book_.Query(request).value();
    for (const Event& event : response.events()) ids.push_back(event.id());
    return ids;
  }

  void Note(int count, const std::string& source = "door") {
    for (int i = 0; i < count; ++i) book_.Note(Event::SOURCE_LOST, source, "it is gone");
  }

  static Event Unusual() {
    Event event;
    event.set_kind(Event::UNUSUAL);
    event.set_source("door");
    return event;
  }
  static control::QueryEventsRequest OnlyLast(uint32_t limit) {
    control::QueryEventsRequest request;
    request.set_limit(limit);
    return request;
  }

  SimulatedClock clock_;
  EventBook book_{clock_};
};

TEST_F(EventBookTest, TellsWhatHappenedWhenAndHowBadItIs) {
  book_.Note(Event::SAVING_FAILED, "attic", "the disk is full");
  const auto told = book_.Query({});
  ASSERT_TRUE(told.ok());
  ASSERT_EQ(told->events_size(), 1);
  const Event& event = told->events(0);
  EXPECT_EQ(event.id(), 1u);
  EXPECT_EQ(event.source(), "attic");
  EXPECT_EQ(event.kind(), Event::SAVING_FAILED);
  EXPECT_EQ(event.severity(), Event::ALARM);
  EXPECT_EQ(event.message(), "the disk is full");
  EXPECT_DOUBLE_EQ(event.time(), Seconds(clock_.WallNow().time_since_epoch()));
}

TEST_F(EventBookTest, GivesTheNewestOfThoseThatAreAskedForTheOldestFirst) {
  Note(2);
  Note(1, "attic");
  Note(1);
  EXPECT_THAT(Ids(), ::testing::ElementsAre(1, 2, 3, 4));
  control::QueryEventsRequest request;
  request.set_limit(2);
  EXPECT_THAT(Ids(request), ::testing::ElementsAre(3, 4));
  request.set_source("door");
  EXPECT_THAT(Ids(request), ::testing::ElementsAre(2, 4));
  request.set_source("nobody");
  EXPECT_THAT(Ids(request), ::testing::IsEmpty());
}

TEST_F(EventBookTest, HasPicturesOfTheNewest) {
  const uint64_t first = book_.Open(Unusual(), {});
  EXPECT_EQ(book_.Picture(first).error().reason, "NO_PICTURE");
  book_.SetPicture(first, "jpeg");
  book_.SetPicture(first, "better jpeg");
  EXPECT_EQ(book_.Picture(first).value(), "better jpeg");
  EXPECT_EQ(book_.Query({})->events(0).picture(), 2u);
  for (size_t i = 0; i < EventBook::kMostPictures; ++i) {
    book_.SetPicture(book_.Open(Unusual(), {}), "another");
  }
  EXPECT_FALSE(book_.Picture(first).ok());
  EXPECT_EQ(book_.Query(OnlyLast(1000))->events(0).picture(), 0u);
  book_.SetPicture(999999, "of nothing");
  EXPECT_FALSE(book_.Picture(999999).ok());
}

TEST_F(EventBookTest, ThePictureIsToldWithTheEnd) {
  std::vector<std::string> told;
  book_.Follow([&](const Event&, const std::string& picture) { told.push_back(picture); });
  Event event = Unusual();
  event.set_id(book_.Open(event, {}));
  book_.SetPicture(event.id(), "jpeg");
  event.set_end_time(9);
  book_.Change(event);
  EXPECT_THAT(told, ::testing::ElementsAre("", "jpeg"));
}

TEST_F(EventBookTest, GivesThoseOfATime) {
  const double begin = Seconds(clock_.WallNow().time_since_epoch());
  for (int i = 0; i < 4; ++i) {
    Note(1);
    clock_.Advance(std::chrono::seconds(10));
  }
  control::QueryEventsRequest request;
  request.set_since(begin + 5);
  EXPECT_THAT(Ids(request), ::testing::ElementsAre(2, 3, 4));
  request.set_until(begin + 25);
  EXPECT_THAT(Ids(request), ::testing::ElementsAre(2, 3));
}

TEST_F(EventBookTest, RemembersNoMoreThanItMay) {
  Note(EventBook::kMost + 5);
  control::QueryEventsRequest request;
  request.set_limit(EventBook::kMost);
  const auto ids = Ids(request);
  ASSERT_EQ(ids.size(), EventBook::kMost);
  EXPECT_EQ(ids.front(), 6u);
  book_.Note(Event::GUARD_GAVE_UP, "", "it has collapsed");
  Note(EventBook::kMost);
  EXPECT_EQ(book_.Query({})->events(0).kind(), Event::SOURCE_LOST);
  request.set_source("");
  request.set_limit(1);
  request.set_until(Seconds(clock_.WallNow().time_since_epoch()));
  clock_.AdvanceSeconds(10);
  Note(EventBook::kMost);
  EXPECT_THAT(Ids(request), ::testing::ElementsAre(EventBook::kMost + 6))
      << "the alarm, which no number of warnings pushes out";
  request.set_limit(EventBook::kMost + 1);
  EXPECT_EQ(book_.Query(request).error().reason, "LIMIT");
}

TEST_F(EventBookTest, TellsTheNewestWithEachUpdate) {
  Note(EventBook::kTold + 3);
  for (int i = 0; i < 2; ++i) {
    control::Update update;
    book_.AddNewest(update);
    ASSERT_EQ(static_cast<size_t>(update.events_size()), EventBook::kTold);
    EXPECT_EQ(update.events(0).id(), 4u);
  }
}

TEST_F(EventBookTest, AnUpdateOfOneSourceHasTheNewestOfThat) {
  book_.Note(Event::SOURCE_PAUSED, "door", "first");
  book_.Note(Event::SOURCE_RESUMED, "door", "second");
  for (size_t i = 0; i < EventBook::kTold; ++i) book_.Note(Event::SOURCE_PAUSED, "yard", "other");
  control::Update update;
  book_.AddNewest(update, "door");
  ASSERT_EQ(update.events_size(), 2);
  EXPECT_EQ(update.events(0).message(), "first");
  EXPECT_EQ(update.events(1).message(), "second");
}

TEST_F(EventBookTest, JudgesOnlyWhatWasUnusual) {
  book_.Note(Event::UNUSUAL, "door", "somebody is there");
  Note(1);
  control::ResolveEventRequest request;
  request.set_id(1);
  EXPECT_EQ(book_.Resolve(request).error().reason, "NO_VERDICT");
  request.set_verdict(Event::DISMISSED);
  ASSERT_TRUE(book_.Resolve(request).ok());
  EXPECT_EQ(book_.Query({})->events(0).verdict(), Event::DISMISSED);
  request.set_id(2);
  EXPECT_EQ(book_.Resolve(request).error().reason, "NOTHING_TO_JUDGE");
  request.set_id(3);
  EXPECT_EQ(book_.Resolve(request).error().reason, "EVENT_NOT_FOUND");
}

TEST_F(EventBookTest, WhatGoesOnIsToldAgainAsItChanges) {
  Event event;
  event.set_source("door");
  event.set_kind(Event::UNUSUAL);
  event.set_time(100);
  event.set_surprise(3.5);
  event.set_message("something unusual");
  event.set_id(book_.Open(event, {}));
  EXPECT_EQ(book_.Query({})->events(0).severity(), Event::WARNING);
  control::ResolveEventRequest request;
  request.set_id(event.id());
  request.set_verdict(Event::CONFIRMED);
  ASSERT_TRUE(book_.Resolve(request).ok());
  event.set_time(50);
  event.set_surprise(6);
  event.set_end_time(110);
  book_.Change(event);
  const Event told = book_.Query({})->events(0);
  EXPECT_EQ(told.surprise(), 6);
  EXPECT_EQ(told.end_time(), 110);
  EXPECT_EQ(told.time(), 100) << "it began when it began";
  EXPECT_EQ(told.verdict(), Event::CONFIRMED) << "what was decided stays";
  event.set_id(77);
  book_.Change(event);
  EXPECT_EQ(book_.Query({})->events_size(), 1);
}

TEST_F(EventBookTest, WhoWatchesIsToldWhatWasDecided) {
  Event event;
  event.set_kind(Event::UNUSUAL);
  std::vector<Event::Verdict> verdicts;
  // It may look into the book.
  const uint64_t id = book_.Open(event, [&](Event::Verdict verdict) {
    verdicts.push_back(verdict);
    EXPECT_EQ(book_.Query({})->events_size(), 1);
  });
  control::ResolveEventRequest request;
  request.set_id(id);
  request.set_verdict(Event::DISMISSED);
  ASSERT_TRUE(book_.Resolve(request).ok());
  EXPECT_THAT(verdicts, ::testing::ElementsAre(Event::DISMISSED));
}

TEST(Severity, EveryKindHasOne) {
  const auto* kinds = Event::Kind_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    const auto kind = static_cast<Event::Kind>(kinds->value(i)->number());
    EXPECT_NE(SeverityOf(kind), Event::SEVERITY_UNSPECIFIED) << kinds->value(i)->name();
  }
}

}  // namespace
}  // namespace hypnos
