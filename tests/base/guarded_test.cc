#include "hypnos/base/guarded.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

namespace hypnos {
namespace {

TEST(Guarded, GivesWhatTheWorkGives) {
  EXPECT_EQ(*Guarded([] { return Result<int>(7); }), 7);
  EXPECT_TRUE(Guarded([] { return Status(); }).ok());
}

TEST(Guarded, TurnsWhatIsThrownIntoAnError) {
  const auto memory = Guarded([]() -> Status { throw std::bad_alloc(); });
  EXPECT_EQ(memory.error().reason, "OUT_OF_MEMORY");
  const auto other = Guarded([]() -> Result<int> { throw std::runtime_error("no such colour"); });
  EXPECT_EQ(other.error().reason, "LIBRARY_FAILED");
  EXPECT_EQ(other.error().message, "a library failed: no such colour");
}

}  // namespace
}  // namespace hypnos
