// One thread for what takes long. Jobs are done one after the other,
// in the order in which they came; only so many may wait, so that whoever asks too much is told so
// instead of filling the memory.
// Threads: safe.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace hypnos {

class Worker {
 public:
  explicit Worker(size_t most_waiting);
  // The job under way is finished; those that wait are destroyed undone.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False: so many wait already, and the job is not taken. It must not throw.
  bool Post(std::function<void()> job);

 private:
  void Loop();

  const size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace hypnos
