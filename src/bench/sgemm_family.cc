// A yardstick: OpenBLAS alone on the products that a step of a workload consists of.
//
//   forward  [batch x inputs] w^T, w [units x inputs]     update  [units x batch] [batch x inputs]
//
// For T threads, three ways, of which the best is what the machine can do:
//   whole        each product is one call, T of them at once
//   split        each product is cut into T by its units, a call each
//   blas_threads one product after the other, on T threads of OpenBLAS's own
#include <benchmark/benchmark.h>
#include <cblas.h>

#include <span>
#include <string>
#include <vector>

#include "bench/families.h"
#include "bench/threads.h"
#include "hypnos/base/format.h"
#include "hypnos/tensor/matrix.h"

namespace hypnos::bench {
namespace {

// So many equal products, each forward and for the update.
struct Product {
  size_t batch;
  size_t inputs;
  size_t units;
  size_t count;
};

struct Shapes {
  std::string name;
  std::vector<Product> products;
};

enum class Way { kWhole, kSplit, kBlasThreads };

struct WayName {
  const char* name;
  Way way;
};

constexpr WayName kWays[] = {
    {"whole", Way::kWhole}, {"split", Way::kSplit}, {"blas_threads", Way::kBlasThreads}};

// Layers of 256 that read 3 and 2 times 256, and a generator that reads 3 times 256.
constexpr size_t kGridProducts = 3 + 2 + 3;

const std::vector<Shapes>& AllShapes() {
  static const std::vector<Shapes> shapes = {
      // Positive and negative pass.
      {"784-3x1000", {{100, 784, 1000, 2}, {100, 1000, 1000, 4}}},
      {"grid_stride:16", {{1200, 256, 256, kGridProducts}}},
      {"grid_stride:8", {{4661, 256, 256, kGridProducts}}},
  };
  return shapes;
}

int Int(size_t n) { return static_cast<int>(n); }

// The operands of one product.
struct Operands {
  explicit Operands(const Product& product)
      : x(product.batch, product.inputs),
        w(product.units, product.inputs),
        out(product.batch, product.units),
        gradient(product.units, product.inputs) {
    for (Matrix* matrix : {&x, &w, &out}) {
      for (float& value : matrix->values()) value = 0.01f;
    }
  }

  // For the units [first, first + units).
  void Forward(size_t first, size_t units) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, Int(x.rows()), Int(units), Int(x.cols()),
                1.0f, x.values().data(), Int(x.cols()), w.row(first).data(), Int(w.cols()), 0.0f,
                out.values().data() + first, Int(out.cols()));
  }
  void Update(size_t first, size_t units) {
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, Int(units), Int(x.cols()), Int(x.rows()),
                1.0f, out.values().data() + first, Int(out.cols()), x.values().data(),
                Int(x.cols()), 0.5f, gradient.row(first).data(), Int(gradient.cols()));
  }
  void Both(size_t first, size_t units) {
    Forward(first, units);
    Update(first, units);
  }

  Matrix x, w, out, gradient;
};

double Operations(const Shapes& shapes) {
  double sum = 0;
  for (const Product& p : shapes.products) {
    sum += 4 * static_cast<double>(p.batch * p.inputs * p.units * p.count);
  }
  return sum;
}

// One operand set for each product of the workload, in its order.
std::vector<Operands> MakeOperands(const Shapes& shapes) {
  std::vector<Operands> all;
  for (const Product& p : shapes.products) {
    for (size_t i = 0; i < p.count; ++i) all.emplace_back(p);
  }
  return all;
}

void RunWhole(std::span<Operands> products, Executor& executor) {
  executor.Run(products.size(), [&](size_t i) { products[i].Both(0, products[i].w.rows()); });
}

void RunSplit(std::span<Operands> products, size_t threads, Executor& executor) {
  for (Operands& product : products) {
    const size_t units = product.w.rows();
    executor.Run(threads, [&](size_t i) {
      const size_t first = units * i / threads;
      product.Both(first, units * (i + 1) / threads - first);
    });
  }
}

void RunOneByOne(std::span<Operands> products) {
  for (Operands& product : products) product.Both(0, product.w.rows());
}

void Run(benchmark::State& state, const Shapes& shapes, Way way, int threads) {
  std::vector<Operands> products = MakeOperands(shapes);
  openblas_set_num_threads(way == Way::kBlasThreads ? threads : 1);
  WithThreads(way == Way::kBlasThreads ? 1 : threads, [&](Executor& executor) {
    for ([[maybe_unused]] auto _ : state) {
      if (way == Way::kWhole) RunWhole(products, executor);
      if (way == Way::kSplit) RunSplit(products, static_cast<size_t>(threads), executor);
      if (way == Way::kBlasThreads) RunOneByOne(products);
    }
  });
  // As the kernels have set it.
  openblas_set_num_threads(1);
  state.counters["FLOP/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * Operations(shapes), benchmark::Counter::kIsRate);
}

}  // namespace

void RegisterSgemmFamily() {
  for (const Shapes& shapes : AllShapes()) {
    for (const auto& [way_name, way] : kWays) {
      for (const int threads : {1, 2}) {
        const std::string name = Format("Sgemm/{}/{}/threads:{}", shapes.name, way_name, threads);
        benchmark::RegisterBenchmark(name.c_str(),
                                     [&shapes, way = way, threads](benchmark::State& state) {
                                       Run(state, shapes, way, threads);
                                     })
            ->UseRealTime()
            ->Unit(benchmark::kMillisecond);
      }
    }
  }
}

}  // namespace hypnos::bench
