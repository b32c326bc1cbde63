#include "hypnos/sources/capture_thread.h"

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "hypnos/sources/file_source.h"
#include "sources/read_all.h"
#include "support/temp_dir.h"

namespace hypnos {
namespace {

// Counts, and fails or ends where it is told to.
class CountingSource final : public Source {
 public:
  explicit CountingSource(int64_t frames, std::optional<Error> error = {})
      : frames_(frames), error_(std::move(error)) {}

  Result<FrameOrEnd> Next() override {
    if (next_ < frames_) {
      return FrameOrEnd(Frame{.clip = "clip", .index = next_++, .image = Image(2, 2, 1)});
    }
    if (error_) return *error_;
    return FrameOrEnd(EndOfStream{});
  }
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return frames_; }
  std::string Describe() const override { return "counting"; }

 private:
  const int64_t frames_;
  const std::optional<Error> error_;
  int64_t next_ = 0;
};

// Throws after its first frame.
template <class Exception>
class ThrowingSource final : public Source {
 public:
  explicit ThrowingSource(Exception exception) : exception_(std::move(exception)) {}

  Result<FrameOrEnd> Next() override {
    if (next_ > 0) throw exception_;
    return FrameOrEnd(Frame{.clip = "clip", .index = next_++, .image = Image(2, 2, 1)});
  }
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return std::nullopt; }
  std::string Describe() const override { return "throwing"; }

 private:
  const Exception exception_;
  int64_t next_ = 0;
};

// What happens to a source that hangs. Shared with it: whoever lets go of it last may be the thread
// that was left behind.
struct Hanging {
  std::latch begun{1};
  std::latch let_go{1};
  std::latch freed{1};
};

// Hangs in Next, as a library does in a dead stream, until it is let go.
class HangingSource final : public Source {
 public:
  explicit HangingSource(std::shared_ptr<Hanging> hanging) : hanging_(std::move(hanging)) {}
  ~HangingSource() override { hanging_->freed.count_down(); }

  Result<FrameOrEnd> Next() override {
    hanging_->begun.count_down();
    hanging_->let_go.wait();
    return FrameOrEnd(EndOfStream{});
  }
  bool live() const override { return true; }
  std::optional<int64_t> frame_count() const override { return std::nullopt; }
  std::string Describe() const override { return "hanging"; }

 private:
  const std::shared_ptr<Hanging> hanging_;
};

TEST(CaptureThread, DeliversEveryFrameAndTheEnd) {
  CaptureThread capture(std::make_unique<CountingSource>(500), 4, OnFull::kBlock);
  EXPECT_EQ(capture.source().frame_count(), 500);
  for (int64_t i = 0; i < 500; ++i) {
    const auto next = capture.queue().Pop();
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(std::get<Frame>(*next).index, i);
  }
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*capture.queue().Pop()));
  EXPECT_TRUE(capture.Stop());
}

TEST(CaptureThread, DeliversTheErrorAfterTheFrames) {
  const Error error = {Code::kDataLoss, "TRUNCATED", "cut"};
  CaptureThread capture(std::make_unique<CountingSource>(1, error), 4, OnFull::kBlock);
  EXPECT_TRUE(capture.queue().Pop().ok());
  const auto next = capture.queue().Pop();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().reason, "TRUNCATED");
  EXPECT_TRUE(capture.Stop());
}

TEST(CaptureThread, TurnsWhatTheSourceThrowsIntoAnErrorAfterTheFrames) {
  const auto error_of = [](auto exception) {
    CaptureThread capture(std::make_unique<ThrowingSource<decltype(exception)>>(exception), 4,
                          OnFull::kBlock);
    EXPECT_TRUE(capture.queue().Pop().ok());
    const auto next = capture.queue().Pop();
    EXPECT_FALSE(next.ok());
    EXPECT_TRUE(capture.Stop());
    return next.ok() ? Error{} : next.error();
  };
  const Error memory = error_of(std::bad_alloc());
  EXPECT_EQ(memory.code, Code::kResourceExhausted);
  EXPECT_EQ(memory.reason, "OUT_OF_MEMORY");
  EXPECT_EQ(memory.message, "throwing: the next frame does not fit into memory");
  const Error other = error_of(std::runtime_error("the library is confused"));
  EXPECT_EQ(other.code, Code::kInternal);
  EXPECT_EQ(other.reason, "SOURCE_FAILED");
  EXPECT_EQ(other.message, "throwing: the library is confused");
}

TEST(CaptureThread, StopsWhileItWaitsForRoomAndMayBeStoppedTwice) {
  CaptureThread capture(std::make_unique<CountingSource>(1'000'000), 2, OnFull::kBlock);
  EXPECT_TRUE(capture.queue().Pop().ok());
  EXPECT_TRUE(capture.Stop());
  EXPECT_TRUE(capture.Stop());
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*capture.queue().Pop()));
}

TEST(CaptureThread, StopsWhileItDrops) {
  CaptureThread capture(std::make_unique<CountingSource>(1'000'000'000), 2, OnFull::kDropOldest);
  EXPECT_TRUE(capture.queue().Pop().ok());
  EXPECT_TRUE(capture.Stop());
}

TEST(CaptureThread, LeavesBehindASourceThatHangsAndFreesItLater) {
  const auto hanging = std::make_shared<Hanging>();
  {
    CaptureThread capture(std::make_unique<HangingSource>(hanging), 2, OnFull::kDropOldest);
    hanging->begun.wait();
    EXPECT_FALSE(capture.Stop(std::chrono::milliseconds(1)));
    EXPECT_FALSE(capture.Stop(std::chrono::hours(1))) << "waits no second time";
    EXPECT_FALSE(hanging->freed.try_wait());
  }
  hanging->let_go.count_down();
  hanging->freed.wait();
}

TEST(CaptureThread, ReadsARealFile) {
  const TempDir folder;
  CaptureThread capture(
      Must(OpenFileSource({.name = "clip"}, {.path = WriteClip(folder.File("a.avi"), 20)})), 2,
      OnFull::kBlock);
  for (int i = 0; i < 20; ++i) {
    const auto next = capture.queue().Pop();
    ASSERT_TRUE(next.ok());
    EXPECT_EQ(NumberShown(std::get<Frame>(*next).image), i);
  }
  EXPECT_TRUE(std::holds_alternative<EndOfStream>(*capture.queue().Pop()));
}

}  // namespace
}  // namespace hypnos
