#include "cli/values.h"

#include <algorithm>
#include <charconv>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos::cli {
namespace {

// The whole text must be the number.
template <class T>
bool Read(const std::string& text, T* number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, *number);
  return error == std::errc() && rest == end;
}

std::string Listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

template <class T>
std::string ComplaintOfNumber(const Parameter& parameter, const std::string& text,
                              const char* noun) {
  T number = 0;
  // Written so that NaN is refused.
  if (Read(text, &number) && static_cast<double>(number) >= parameter.least &&
      static_cast<double>(number) <= parameter.most) {
    return "";
  }
  return Format("'{}' is no {} from {:.15g} to {:.15g}", Printable(text), noun, parameter.least,
                parameter.most);
}

}  // namespace

std::string Values::Text(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() || found->second.empty() ? "" : found->second.back();
}

std::vector<std::string> Values::All(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

uint64_t Values::Count(const std::string& name) const {
  uint64_t number = 0;
  Read(Text(name), &number);
  return number;
}

double Values::Number(const std::string& name) const {
  double number = 0;
  Read(Text(name), &number);
  return number;
}

std::string Complaint(const Parameter& parameter, const std::string& text) {
  switch (parameter.kind) {
    case Parameter::Kind::kCount:
      return ComplaintOfNumber<uint64_t>(parameter, text, "whole number");
    case Parameter::Kind::kNumber:
      return ComplaintOfNumber<double>(parameter, text, "number");
    case Parameter::Kind::kChoice:
      if (std::ranges::find(parameter.choices, text) != parameter.choices.end()) return "";
      return Format("'{}' is none of {}", Printable(text), Listed(parameter.choices));
    default:
      // An unset variable of a script must not come to mean the usual daemon or the newest
      // checkpoint.
      return text.empty() ? "is empty" : "";
  }
}

}  // namespace hypnos::cli
