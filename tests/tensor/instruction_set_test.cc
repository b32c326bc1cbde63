#include "hypnos/tensor/instruction_set.h"

#include <gmock/gmock.h>

#include "hypnos/tensor/few_rows.h"
#include "hypnos/tensor/kernels.h"
#include "tensor/naive.h"

namespace hypnos {
namespace {

using testing::HasSubstr;

class ChosenInstructionSet : public testing::Test {
 protected:
  ~ChosenInstructionSet() override { EXPECT_TRUE(UseInstructionSet(before_).ok()); }

 private:
  const std::string before_ = InstructionSet();
};

TEST_F(ChosenInstructionSet, IsTheBestOneUnlessAnotherIsAskedFor) {
  for (const std::string& name : InstructionSets()) {
    ASSERT_TRUE(UseInstructionSet(name).ok());
    EXPECT_EQ(InstructionSet(), name);
  }
  ASSERT_TRUE(UseInstructionSet("auto").ok());
  EXPECT_EQ(InstructionSet(), InstructionSets().front());
}

TEST_F(ChosenInstructionSet, DoesNotChangeWhatTheListHolds) {
  const auto sets = InstructionSets();
  ASSERT_TRUE(UseInstructionSet(sets.back()).ok());
  EXPECT_EQ(InstructionSets(), sets);
  EXPECT_EQ(InstructionSet(), sets.back());
}

TEST_F(ChosenInstructionSet, EveryOneOfThemComputesTheSameButForRounding) {
  Rng rng(1);
  const Matrix x = naive::RandomMatrix(2, 77, rng), w = naive::RandomMatrix(9, 77, rng);
  Matrix expected(2, 9), out(2, 9);
  MultiplyFew(x, w, expected);
  const float square = SumOfSquares(w.values());
  ASSERT_FALSE(InstructionSets().empty());
  for (const std::string& name : InstructionSets()) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(UseInstructionSet(name).ok());
    MultiplyFew(x, w, out);
    for (size_t i = 0; i < out.values().size(); ++i) {
      EXPECT_NEAR(out.values()[i], expected.values()[i], 1e-4f);
    }
    EXPECT_NEAR(SumOfSquares(w.values()), square, 1e-2f);
  }
}

TEST_F(ChosenInstructionSet, AnUnknownOneIsRefusedWithTheListOfThoseThereAre) {
  ASSERT_TRUE(UseInstructionSet(InstructionSets().back()).ok());
  const std::string before = InstructionSet();
  const Status status = UseInstructionSet("avx9");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kInvalidArgument);
  EXPECT_THAT(status.error().message, HasSubstr("'avx9'"));
  EXPECT_THAT(status.error().message, HasSubstr("auto, " + InstructionSets().front()));
  EXPECT_EQ(InstructionSet(), before);
}

}  // namespace
}  // namespace hypnos
