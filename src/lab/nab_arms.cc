#include "lab/nab_arms.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

namespace hypnos::lab {
namespace {

struct Arm {
  std::string_view name;
  NabArm arm;
};
constexpr std::array kArms = {Arm{"full", NabArm::kFull}, Arm{"goodness", NabArm::kGoodness},
                              Arm{"frozen", NabArm::kFrozen}, Arm{"read_out", NabArm::kReadOut},
                              Arm{"calibration", NabArm::kCalibration}};

}  // namespace

void DeclareNabArms(CLI::App& app, std::vector<std::string>& names) {
  names.clear();
  for (const Arm& arm : kArms) names.emplace_back(arm.name);
  app.add_option("--arms", names, "Who watches")
      ->delimiter(',')
      ->check(CLI::IsMember(names))
      ->capture_default_str();
}

NabArm NabArmNamed(const std::string& name) {
  return std::ranges::find(kArms, name, &Arm::name)->arm;
}

}  // namespace hypnos::lab
