// Runs the tests beside it with the instruction set that HYPNOS_TEST_INSTRUCTION_SET names, "auto"
// without it, and says which one the kernels use. Where the processor lacks it the tests are
// skipped.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "hypnos/tensor/instruction_set.h"

namespace hypnos {
namespace {

class InstructionSetEnvironment : public testing::Environment {
 public:
  void SetUp() override {
    const char* name = std::getenv("HYPNOS_TEST_INSTRUCTION_SET");
    if (name != nullptr) Use(name);
    std::cout << "The kernels use " << InstructionSet() << ".\n";
  }

 private:
  static void Use(const std::string& name) {
    const auto sets = InstructionSets();
    if (std::ranges::find(sets, name) == sets.end()) {
      GTEST_SKIP() << "This processor has no " << name << ".";
    }
    ASSERT_TRUE(UseInstructionSet(name).ok());
  }
};

[[maybe_unused]] const auto* const environment =
    testing::AddGlobalTestEnvironment(new InstructionSetEnvironment);

}  // namespace
}  // namespace hypnos
