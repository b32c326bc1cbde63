#include "daemon/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace hypnos {
namespace {

TEST(Worker, DoesJobsInTheOrderInWhichTheyCome) {
  std::vector<int> done;
  std::promise<void> all;
  Worker worker(10);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(worker.Post([&done, i] { done.push_back(i); }));
  ASSERT_TRUE(worker.Post([&] { all.set_value(); }));
  all.get_future().wait();
  EXPECT_THAT(done, testing::ElementsAre(0, 1, 2, 3, 4));
}

TEST(Worker, TakesNoMoreThanMayWait) {
  std::promise<void> begun, go_on;
  Worker worker(2);
  ASSERT_TRUE(worker.Post([&] {
    begun.set_value();
    go_on.get_future().wait();
  }));
  begun.get_future().wait();
  EXPECT_TRUE(worker.Post([] {}));
  EXPECT_TRUE(worker.Post([] {}));
  EXPECT_FALSE(worker.Post([] {}));
  go_on.set_value();
}

TEST(Worker, EndsWithoutDoingWhatWaits) {
  std::promise<void> begun, posted;
  auto waits = std::make_shared<bool>(false);
  {
    Worker worker(2);
    ASSERT_TRUE(worker.Post([&] {
      begun.set_value();
      posted.get_future().wait();
      // Until what waits is let go, which only the end of the worker does.
      while (waits.use_count() > 1) std::this_thread::yield();
    }));
    begun.get_future().wait();
    ASSERT_TRUE(worker.Post([waits] { *waits = true; }));
    posted.set_value();
  }
  EXPECT_FALSE(*waits);
}

}  // namespace
}  // namespace hypnos
