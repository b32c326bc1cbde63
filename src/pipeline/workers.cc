#include "hypnos/pipeline/workers.h"

#include <oneapi/tbb/global_control.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "pipeline/arena.h"
#include "pipeline/tbb_executor.h"

namespace hypnos {
namespace {

// Lets arenas have more threads than the machine has cores. Once for the process and not for each
// arena: of several limits oneTBB obeys the lowest, so that one arena would slow another down, and
// prints a warning where an arena wants more than that.
void AllowManyThreads() {
  constexpr size_t kMostThreads = 1024;  // as the configuration has it
  static const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                         kMostThreads + 1);
}

int Threads(int asked) {
  if (asked > 0) return asked;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace

Workers::Workers(int threads) : arena_(std::make_unique<Arena>(Threads(threads))) {
  AllowManyThreads();
}

Workers::~Workers() = default;

std::unique_ptr<Executor> NewExecutor(std::shared_ptr<Workers> workers) {
  class InArena final : public Executor {
   public:
    explicit InArena(std::shared_ptr<Workers> at_work) : workers_(std::move(at_work)) {}
    void Run(size_t count, FunctionRef<void(size_t)> part) override {
      workers_->arena().tbb.execute([&] { executor_.Run(count, part); });
    }

   private:
    const std::shared_ptr<Workers> workers_;
    TbbExecutor executor_;
  };
  return std::make_unique<InArena>(std::move(workers));
}

}  // namespace hypnos
