// A source read to its end, and short ways to look at what came.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "hypnos/sources/source.h"
#include "support/clips.h"

namespace hypnos {

struct Seen {
  std::vector<Frame> frames;
  // Nothing where the stream came to its proper end.
  std::optional<Error> error;

  template <class Function>
  auto Each(Function function) const {
    std::vector<decltype(function(frames.front()))> all;
    std::ranges::transform(frames, std::back_inserter(all), function);
    return all;
  }
  std::vector<int> Numbers() const {
    return Each([](const Frame& frame) { return NumberShown(frame.image); });
  }
  std::vector<int64_t> Indices() const {
    return Each([](const Frame& frame) { return frame.index; });
  }
  std::vector<Discontinuity> Discontinuities() const {
    return Each([](const Frame& frame) { return frame.discontinuity; });
  }
  std::vector<int64_t> Milliseconds() const {
    return Each([](const Frame& frame) { return frame.presentation_time.count() / 1'000'000; });
  }
};

// Stops after `at_most` frames.
inline Seen ReadAll(Source* source, size_t at_most = 10'000) {
  Seen seen;
  while (seen.frames.size() < at_most) {
    Result<FrameOrEnd> next = source->Next();
    if (!next.ok()) {
      seen.error = next.error();
      break;
    }
    if (std::holds_alternative<EndOfStream>(*next)) break;
    seen.frames.push_back(std::get<Frame>(*std::move(next)));
  }
  return seen;
}

// 0, 1, ... count-1
template <class T>
std::vector<T> Counting(T count) {
  std::vector<T> numbers;
  for (T i = 0; i < count; ++i) numbers.push_back(i);
  return numbers;
}

// Opening must have worked.
inline std::unique_ptr<Source> Must(Result<std::unique_ptr<Source>> opened) {
  EXPECT_TRUE(opened.ok()) << opened.error().message;
  HYPNOS_CHECK(opened.ok());
  return *std::move(opened);
}

}  // namespace hypnos
