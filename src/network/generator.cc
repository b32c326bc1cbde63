#include "hypnos/network/generator.h"

#include "hypnos/base/check.h"
#include "hypnos/network/linear_generator.h"
#include "hypnos/network/softmax_generator.h"

namespace hypnos {

std::unique_ptr<Generator> Generator::Make(const GeneratorOptions& options,
                                           const std::vector<size_t>& layer_widths, size_t inputs,
                                           size_t batch) {
  switch (options.kind) {
    case GeneratorKind::kLinear:
      return std::make_unique<LinearGenerator>(options, layer_widths, inputs, batch);
    case GeneratorKind::kSoftmax:
      return std::make_unique<SoftmaxGenerator>(options, layer_widths, inputs, batch);
  }
  HYPNOS_CHECK(false);
  return nullptr;
}

}  // namespace hypnos
