// Small events, and what is read back of them.
#pragma once

#include <string>
#include <vector>

#include "hypnos/base/rng.h"
#include "hypnos/record/session_reader.h"
#include "proto/session.pb.h"

namespace hypnos {

// Of a source, a picture that resembles the one before.
inline session::Event FrameEvent(uint64_t moment, const std::string& source = "door",
                                 uint32_t width = 16, uint32_t height = 12) {
  session::Event event;
  event.set_moment(moment);
  session::Frame& frame = *event.mutable_frame();
  frame.set_source(source);
  frame.set_clip("clip");
  frame.set_index(static_cast<int64_t>(moment));
  frame.set_presentation_nanoseconds(static_cast<int64_t>(moment) * 40'000'000);
  frame.set_discontinuity(moment == 0 ? session::Frame::START : session::Frame::NONE);
  frame.set_learn(true);
  frame.set_width(width);
  frame.set_height(height);
  frame.set_channels(3);
  Rng noise = Rng(7).Fork(std::to_string(moment));
  std::string pixels(size_t{width} * height * 3, '\0');
  for (char& value : pixels) value = static_cast<char>(100 + moment + noise.Below(4));
  frame.set_pixels(std::move(pixels));
  return event;
}

inline session::Event LearningEvent(uint64_t moment, bool on) {
  session::Event event;
  event.set_moment(moment);
  event.set_learning(on);
  return event;
}

inline session::Header SomeHeader() {
  session::Header header;
  header.set_program_version("1.2.3");
  header.set_configuration("seed: 1\n");
  header.set_instruction_set("avx2");
  return header;
}

// Everything that can be read; what is wrong in between stands as an error.
struct ReadBack {
  std::vector<session::Event> events;
  std::vector<Error> errors;
  std::optional<Error> cut_off;
  bool begins_at_start = false;

  std::vector<uint64_t> frames() const {
    std::vector<uint64_t> moments;
    for (const auto& event : events) {
      if (event.has_frame()) moments.push_back(event.moment());
    }
    return moments;
  }
  uint64_t missing_frames() const {
    uint64_t sum = 0;
    for (const auto& event : events) sum += event.missing().frames();
    return sum;
  }
};

inline ReadBack ReadSessionAt(FileSystem& files, const std::string& path) {
  ReadBack read;
  auto reader = SessionReader::Open(files, path);
  if (!reader.ok()) {
    read.errors.push_back(reader.error());
    return read;
  }
  read.begins_at_start = (*reader)->begins_at_start();
  while (true) {
    auto event = (*reader)->Next();
    if (!event.ok()) {
      read.errors.push_back(event.error());
    } else if (*event) {
      read.events.push_back(**std::move(event));
    } else {
      break;
    }
  }
  read.cut_off = (*reader)->cut_off();
  return read;
}

inline std::string Text(const session::Event& event) { return event.SerializeAsString(); }

}  // namespace hypnos
