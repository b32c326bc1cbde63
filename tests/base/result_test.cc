#include "hypnos/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

namespace hypnos {
namespace {

const Error kNoFrame{Code::kUnavailable, "NO_FRAME", "camera 'door': no frame for 2 s"};

Result<int> Half(int number) {
  if (number % 2 != 0) return Error{Code::kInvalidArgument, "ODD", "the number is odd"};
  return number / 2;
}

Result<int> Quarter(int number) {
  HYPNOS_ASSIGN_OR_RETURN(const int half, Half(number));
  HYPNOS_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

Status CheckEven(int number) {
  HYPNOS_RETURN_IF_ERROR(Half(number));
  return {};
}

TEST(Result, HoldsAValue) {
  Result<std::string> result = std::string("word");
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result.value(), "word");
  EXPECT_EQ(result->size(), 4u);
  *result += "s";
  EXPECT_EQ(*result, "words");
}

TEST(Result, HoldsAnError) {
  const Result<std::string> result = kNoFrame;
  ASSERT_FALSE(result.ok());
  EXPECT_FALSE(static_cast<bool>(result));
  EXPECT_EQ(result.error().code, Code::kUnavailable);
  EXPECT_EQ(result.error().reason, "NO_FRAME");
  EXPECT_EQ(result.error().message, "camera 'door': no frame for 2 s");
}

TEST(Result, AnErrorMayItselfBeTheValue) {
  // Held by index, so that no type is taken for the other's.
  const Result<std::string> result = std::string("not an error");
  EXPECT_TRUE(result.ok());
}

TEST(Result, GivesAwayWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  const std::unique_ptr<int> taken = std::move(result).value();
  EXPECT_EQ(*taken, 7);
}

TEST(Result, HandsErrorsUp) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(Quarter(6).error().reason, "ODD");
  EXPECT_EQ(Quarter(3).error().reason, "ODD");
  EXPECT_TRUE(CheckEven(2).ok());
  EXPECT_EQ(CheckEven(3).error().reason, "ODD");
}

TEST(Status, IsGoodByDefault) {
  EXPECT_TRUE(Status().ok());
  const Status bad = kNoFrame;
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().reason, "NO_FRAME");
}

TEST(Code, NamesAreThoseOfGoogleRpc) {
  EXPECT_STREQ(ToString(Code::kInvalidArgument), "INVALID_ARGUMENT");
  EXPECT_STREQ(ToString(Code::kDataLoss), "DATA_LOSS");
  std::set<std::string> names;
  int count = 0;
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code, ++count) {
    names.insert(ToString(static_cast<Code>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<size_t>(count));
  EXPECT_EQ(names.count("UNKNOWN"), 0u);
}

TEST(ResultDeathTest, TheValueOfAnErrorIsOurMistake) {
  Result<int> result = kNoFrame;
  const Result<int> constant = kNoFrame;
  EXPECT_DEATH(result.value(), "broken promise: camera 'door': no frame for 2 s");
  EXPECT_DEATH(*result, "no frame for 2 s");
  EXPECT_DEATH(constant.value(), "no frame for 2 s");
}

TEST(ResultDeathTest, TheErrorOfAValueIsOurMistake) {
  const Result<int> result = 7;
  EXPECT_DEATH(result.error(), "result.h:[0-9]+: broken promise: !ok()");
  EXPECT_DEATH(Status().error(), "broken promise: !ok()");
}

}  // namespace
}  // namespace hypnos
