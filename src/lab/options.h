// What the experiments' options and figures have in common.
#pragma once

#include <string>

namespace hypnos::lab {

// Why it is no positive number, in a sentence; empty where it is one. CLI11's own check names the
// largest of all numbers.
std::string CheckPositive(const std::string& text);

// As they stand in the CSV file.
std::string Number(float value);
std::string Percent(double share);

}  // namespace hypnos::lab
