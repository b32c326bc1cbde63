#include "hypnos/tensor/instruction_set.h"

#include <algorithm>
#include <cctype>

#include "hwy/highway.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

std::string LowerName(int64_t target) {
  std::string name = hwy::TargetName(target);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

// Highway numbers its targets so that a better one is a lower bit.
std::vector<int64_t> Targets() {
  std::vector<int64_t> targets;
  // What the kernels were compiled for: SupportedTargets alone also names what only the processor
  // has.
  for (int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    targets.push_back(left & -left);
  }
  return targets;
}

}  // namespace

std::vector<std::string> InstructionSets() {
  std::vector<std::string> names;
  for (const int64_t target : Targets()) names.push_back(LowerName(target));
  return names;
}

Status UseInstructionSet(std::string_view name) {
  hwy::SetSupportedTargetsForTest(0);
  if (name == "auto") return {};
  for (const int64_t target : Targets()) {
    if (LowerName(target) != name) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(target);
    return {};
  }
  std::string names = "auto";
  for (const std::string& known : InstructionSets()) names += ", " + known;
  return Error{Code::kInvalidArgument, "INSTRUCTION_SET",
               Format("there is no instruction set '{}' in this build that this processor runs; "
                      "there are {}",
                      name, names)};
}

}  // namespace hypnos
