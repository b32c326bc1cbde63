// Runs the parts of a job in the opposite order: what must not matter.
#pragma once

#include "hypnos/tensor/executor.h"

namespace hypnos {

class ReversedExecutor final : public Executor {
 public:
  void Run(size_t count, FunctionRef<void(size_t)> part) override {
    while (count-- > 0) part(count);
  }
};

}  // namespace hypnos
