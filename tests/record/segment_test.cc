// What SegmentWriter writes, SegmentReader reads; and what others write, it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hypnos/record/segment_reader.h"
#include "record/block.h"
#include "record/events.h"
#include "record/segment_writer.h"
#include "support/memory_file_system.h"

namespace hypnos {
namespace {

using ::testing::HasSubstr;

std::string Written(const std::vector<session::Event>& events) {
  MemoryFileSystem disk;
  auto writer = SegmentWriter::Create(disk, "s", SomeHeader(), 1);
  HYPNOS_CHECK(writer.ok());
  for (const session::Event& event : events) HYPNOS_CHECK((*writer)->Add(event).ok());
  HYPNOS_CHECK((*writer)->Close().ok());
  EXPECT_EQ((*writer)->bytes(), (*writer)->flushed_bytes());
  return *disk.ReadFile("s");
}

// A sound segment that holds these bytes in the place of events.
std::string Wrapped(const std::string& block) {
  std::string bytes = SegmentBeginning();
  BlockCompressor compressor(1);
  const std::string header = SomeHeader().SerializeAsString();
  compressor.Append(
      std::string(1, static_cast<char>(header.size())) + std::string(3, '\0') + header, &bytes);
  compressor.Append(block, &bytes);
  return bytes;
}

std::string Wrapped(const session::Event& event) {
  const std::string text = event.SerializeAsString();
  std::string length;
  for (size_t i = 0; i < 4; ++i) length.push_back(static_cast<char>(text.size() >> (8 * i)));
  return Wrapped(length + text);
}

Error WrongWith(const std::string& bytes) {
  auto reader = SegmentReader::Create(bytes, "s");
  if (!reader.ok()) return reader.error();
  while (true) {
    const auto event = (*reader)->Next();
    if (!event.ok()) {
      EXPECT_EQ((*reader)->Next().error().message, event.error().message);
      return event.error();
    }
    if (!*event) return {Code::kInternal, "NOTHING", "nothing is wrong"};
  }
}

TEST(Segment, IsReadToTheBit) {
  std::vector<session::Event> events;
  for (uint64_t i = 0; i < 30; ++i) {
    events.push_back(FrameEvent(i, i % 3 == 0 ? "yard" : "door"));
    if (i % 7 == 0) events.push_back(LearningEvent(i, i % 2 == 0));
  }
  // Another size, and back.
  events.push_back(FrameEvent(30, "door", 20, 10));
  events.push_back(FrameEvent(31, "door"));
  session::Event text;
  text.mutable_frame()->set_source("book");
  text.mutable_frame()->set_symbols("abc");
  events.push_back(text);
  auto reader = SegmentReader::Create(Written(events), "s");
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  EXPECT_EQ((*reader)->header().program_version(), "1.2.3");
  for (const session::Event& event : events) {
    const auto read = (*reader)->Next();
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_TRUE(*read);
    EXPECT_TRUE(Text(**read) == Text(event));
  }
  EXPECT_FALSE(*(*reader)->Next());
}

TEST(Segment, WhatStandsStillCostsNextToNothing) {
  Rng noise(1);
  session::Event still = FrameEvent(0, "door", 64, 48);
  for (char& value : *still.mutable_frame()->mutable_pixels()) {
    value = static_cast<char>(noise.Below(256));
  }
  const size_t one = Written({still}).size();
  const size_t ten = Written(std::vector<session::Event>(10, still)).size();
  EXPECT_LT(ten - one, one / 10);
}

TEST(Segment, IsTheSameForTheSameEvents) {
  const std::vector<session::Event> events = {FrameEvent(0), FrameEvent(1),
                                              LearningEvent(2, false)};
  EXPECT_TRUE(Written(events) == Written(events));
}

TEST(Segment, RefusesFramesThatAreNone) {
  const auto with = [](auto change) {
    session::Event event = FrameEvent(0);
    change(*event.mutable_frame());
    return WrongWith(Wrapped(event)).message;
  };
  EXPECT_THAT(with([](auto& frame) { frame.set_width(17); }),
              HasSubstr("as many pixels as it says"));
  EXPECT_THAT(with([](auto& frame) { frame.set_channels(2); }),
              HasSubstr("as many pixels as it says"));
  EXPECT_THAT(with([](auto& frame) {
                frame.set_width(1u << 31);
                frame.set_height(1u << 31);
              }),
              HasSubstr("larger than any"));
  EXPECT_THAT(with([](auto& frame) { frame.clear_pixels(); }),
              HasSubstr("either pixels, symbols or readings"));
  EXPECT_THAT(with([](auto& frame) { frame.set_symbols("a"); }),
              HasSubstr("either pixels, symbols or readings"));
  EXPECT_THAT(with([](auto& frame) { frame.set_difference(true); }),
              HasSubstr("differs from one that is not there"));
  EXPECT_THAT(with([](auto& frame) { frame.set_gate(static_cast<session::Frame::Gate>(99)); }),
              HasSubstr("a kind that is not known"));
}

TEST(Segment, RefusesBlocksOfNonsense) {
  EXPECT_EQ(WrongWith(Wrapped("abc")).reason, "SEGMENT_DAMAGED");
  EXPECT_EQ(WrongWith(Wrapped(std::string("\xff\xff\xff\xff", 4))).reason, "SEGMENT_DAMAGED");
  EXPECT_EQ(WrongWith(Wrapped(std::string("\x01\x00\x00\x00\xff", 5))).reason, "SEGMENT_DAMAGED");
  // A kind of event that another program may know.
  EXPECT_THAT(WrongWith(Wrapped(session::Event())).message,
              HasSubstr("of a kind that is not known"));
  EXPECT_EQ(WrongWith(SegmentBeginning()).reason, "SEGMENT_CUT_OFF");
  EXPECT_EQ(WrongWith("").reason, "SEGMENT_CUT_OFF");
}

}  // namespace
}  // namespace hypnos
