// The threads that do the work of one pipeline, or of several at once: what one leaves idle another
// uses, and each gets its turn, since no more than a few steps of each are under way.
// What is learned hangs neither on their number nor on who else uses them.
// Threads: safe.
#pragma once

#include <memory>

#include "hypnos/tensor/executor.h"

namespace hypnos {

class Workers {
 public:
  // 0: one for each core.
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Of oneTBB; private to the room.
  struct Arena;
  Arena& arena() { return *arena_; }

 private:
  std::unique_ptr<Arena> arena_;
};

// Parts of a job on these threads and the one that calls. Threads: safe.
std::unique_ptr<Executor> NewExecutor(std::shared_ptr<Workers> workers);

}  // namespace hypnos
