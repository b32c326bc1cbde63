// Runs the parts of a job, perhaps at the same time. The rooms that compute start no threads: they
// say how a job divides, and whoever calls them brings the executor.
//
// The division never depends on the number of threads, and no part adds to what another part
// writes; so the result has the same bits on any executor.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace hypnos {

// A reference to a callable: no allocation, must not outlive it.
template <class Signature>
class FunctionRef;

template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
      FunctionRef(F&& function)  // NOLINT: implicit
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::remove_reference_t<F>*>(object))(args...);
        }) {}

  R operator()(Args... args) const { return call_(object_, args...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

class Executor {
 public:
  virtual ~Executor() = default;
  // Calls part(0) … part(count - 1), each once, in any order; returns when all are done.
  virtual void Run(size_t count, FunctionRef<void(size_t)> part) = 0;
};

class SerialExecutor final : public Executor {
 public:
  void Run(size_t count, FunctionRef<void(size_t)> part) override {
    for (size_t i = 0; i < count; ++i) part(i);
  }
};

}  // namespace hypnos
