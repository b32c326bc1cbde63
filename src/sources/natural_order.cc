#include "sources/natural_order.h"

#include <algorithm>

namespace hypnos {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes the number at the front, without its leading zeros.
std::string_view TakeNumber(std::string_view* text) {
  const auto end = std::ranges::find_if_not(*text, IsDigit);
  std::string_view number = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(number.size());
  number.remove_prefix(std::min(number.find_first_not_of('0'), number.size()));
  return number;
}

// Below, at or above zero. Numbers of any length: the longer is the larger.
int CompareNumbers(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return one.size() < other.size() ? -1 : 1;
  return one.compare(other);
}

int Compare(std::string_view one, std::string_view other) {
  while (!one.empty() && !other.empty()) {
    if (IsDigit(one.front()) && IsDigit(other.front())) {
      const int numbers = CompareNumbers(TakeNumber(&one), TakeNumber(&other));
      if (numbers != 0) return numbers;
    } else {
      if (one.front() != other.front()) {
        const auto byte = [](char c) { return static_cast<unsigned char>(c); };
        return byte(one.front()) < byte(other.front()) ? -1 : 1;
      }
      one.remove_prefix(1);
      other.remove_prefix(1);
    }
  }
  return static_cast<int>(other.empty()) - static_cast<int>(one.empty());
}

}  // namespace

bool NaturallyBefore(std::string_view one, std::string_view other) {
  const int order = Compare(one, other);
  return order != 0 ? order < 0 : one < other;
}

}  // namespace hypnos
