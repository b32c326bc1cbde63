#include "hypnos/sinks/courier.h"

#include <gtest/gtest.h>

#include <thread>

#include "support/memory_file_system.h"

namespace hypnos {
namespace {

constexpr std::chrono::seconds kPatience{20};

// Takes nothing until it is told to.
class Carrying final : public Carrier {
 public:
  explicit Carrying(std::atomic<bool>& takes) : takes_(takes) {}
  Result<Delivery> Carry(const std::string& /*body*/, const std::atomic<bool>& /*stop*/) override {
    if (takes_) return Delivery{};
    return Delivery{.outcome = Delivery::Outcome::kTryAgain, .why = "it is not there"};
  }

 private:
  std::atomic<bool>& takes_;
};

TEST(Courier, TriesAtOnceWhereThereIsReasonToHope) {
  MemoryFileSystem files;
  SystemClock clock;
  std::atomic<bool> takes = false;
  Courier courier({.title = "broker", .folder = "/waiting", .first_retry = std::chrono::hours(1)},
                  {.files = files,
                   .clock = clock,
                   .carrier = std::make_unique<Carrying>(takes),
                   .rng = Rng(1),
                   .changed = {}});
  const auto wait_until = [&](const auto& condition) {
    const Instant begin = clock.Now();
    while (!condition() && clock.Now() - begin < kPatience) std::this_thread::yield();
    EXPECT_TRUE(condition());
  };
  courier.Offer("{}");
  wait_until([&] { return courier.status().failed == 1; });
  EXPECT_EQ(courier.status().error, "it is not there");

  takes = true;
  courier.TryNow();
  wait_until([&] { return courier.status().delivered == 1; });
  EXPECT_EQ(courier.status().waiting, 0u);
  EXPECT_EQ(courier.status().error, "");
  EXPECT_TRUE(courier.Stop(clock.Now() + kPatience, clock.Now() + kPatience));
}

}  // namespace
}  // namespace hypnos
