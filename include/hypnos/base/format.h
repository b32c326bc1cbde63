// Text formatting, so that other rooms name one function instead of a library.
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace hypnos {

template <class... Args>
std::string Format(fmt::format_string<Args...> format, Args&&... args) {
  return fmt::format(format, std::forward<Args>(args)...);
}

}  // namespace hypnos
