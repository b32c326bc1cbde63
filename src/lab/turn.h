// How long wake and sleep are, in batches.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hypnos::lab {

struct Turn {
  size_t wake = 0;
  size_t sleep = 0;
};

// From "32:16"; nothing unless both are positive and sleep is not the longer one: no batch is slept
// over twice.
std::optional<Turn> ParseTurn(std::string_view text);

// Why it is none, in a sentence; empty if it is one. As CLI11 asks.
std::string CheckTurn(const std::string& text);

}  // namespace hypnos::lab
