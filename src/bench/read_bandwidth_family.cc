// A yardstick: to read as many bytes as a layer has weights, once.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "bench/families.h"
#include "bench/read_kernel.h"
#include "bench/threads.h"
#include "bench/workloads.h"
#include "hypnos/base/format.h"

namespace hypnos::bench {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
// What one part of a job reads.
constexpr size_t kPart = size_t{1} << 18;

// Filled, so that it is there.
class Region {
 public:
  Region(size_t count, bool huge_pages) : values_(Allocate(count, huge_pages)), count_(count) {
    std::fill_n(values_.get(), count, 1.0f);
  }
  std::span<const float> values() const { return {values_.get(), count_}; }

 private:
  struct Free {
    void operator()(float* values) const { std::free(values); }
  };
  using Pointer = std::unique_ptr<float, Free>;

  static Pointer Allocate(size_t count, bool huge_pages) {
    const size_t bytes = (count * sizeof(float) + kHugePage - 1) / kHugePage * kHugePage;
    Pointer values(static_cast<float*>(std::aligned_alloc(kHugePage, bytes)));
    if (values == nullptr) throw std::bad_alloc();
    // A wish; where the system has none, the two cases measure the same.
    madvise(values.get(), bytes, huge_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    return values;
  }

  Pointer values_;
  size_t count_;
};

struct Case {
  std::string name;
  size_t count;
  ReadPattern pattern;
  bool huge_pages;
  int threads;
};

void Run(benchmark::State& state, const Case& c) {
  const Region region(c.count, c.huge_pages);
  const std::span<const float> all = region.values();
  std::atomic<float> sum = 0;
  WithThreads(c.threads, [&](Executor& executor) {
    for ([[maybe_unused]] auto _ : state) {
      executor.Run((all.size() + kPart - 1) / kPart, [&](size_t part) {
        const size_t first = part * kPart;
        sum = SumOf(all.subspan(first, std::min(kPart, all.size() - first)), c.pattern);
      });
    }
  });
  benchmark::DoNotOptimize(sum.load());
  const auto bytes = static_cast<double>(all.size_bytes());
  state.counters["bytes"] = bytes;
  state.counters["B/s"] = benchmark::Counter(static_cast<double>(state.iterations()) * bytes,
                                             benchmark::Counter::kIsRate);
}

size_t WeightsOf(const WorkloadShape& shape) {
  size_t count = 0;
  const size_t layers = shape.units.size();
  for (size_t l = 0; l < layers; ++l) {
    size_t fan_in = l == 0 ? shape.inputs : shape.units[l - 1];
    if (shape.recurrent) fan_in += shape.units[l] + (l + 1 < layers ? shape.units[l + 1] : 0);
    count += shape.units[l] * fan_in;
  }
  return count;
}

}  // namespace

void RegisterReadBandwidthFamily() {
  for (const WorkloadShape& shape : Batch1Shapes()) {
    for (const auto pattern : {ReadPattern::kOneStream, ReadPattern::kFourStreams}) {
      for (const bool huge_pages : {false, true}) {
        for (const int threads : {1, 2}) {
          const Case c{Format("ReadBandwidth/{}/streams:{}/pages:{}/threads:{}", shape.name,
                              pattern == ReadPattern::kOneStream ? 1 : 4,
                              huge_pages ? "huge" : "small", threads),
                       WeightsOf(shape), pattern, huge_pages, threads};
          benchmark::RegisterBenchmark(c.name.c_str(),
                                       [c](benchmark::State& state) { Run(state, c); })
              ->UseRealTime()
              ->Unit(benchmark::kMillisecond);
        }
      }
    }
  }
}

}  // namespace hypnos::bench
