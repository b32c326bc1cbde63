// Compiled once for each instruction set; Highway picks one when the program runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tensor/instruction_set.cc"
#include "hypnos/tensor/instruction_set.h"

#include <cctype>

#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
#include "hypnos/base/format.h"

HWY_BEFORE_NAMESPACE();
namespace hypnos::HWY_NAMESPACE {

// Chosen as every other kernel is.
int64_t TargetKernel() { return HWY_TARGET; }

}  // namespace hypnos::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hypnos {
namespace {

HWY_EXPORT(TargetKernel);

std::string LowerName(int64_t target) {
  std::string name = hwy::TargetName(target);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

// Highway numbers its targets so that a better one is a lower bit.
std::vector<int64_t> FindTargets() {
  std::vector<int64_t> targets;
  // What the kernels were compiled for: SupportedTargets alone also names what only the processor
  // has.
  for (int64_t left = hwy::SupportedTargets() & HWY_TARGETS; left != 0; left &= left - 1) {
    targets.push_back(left & -left);
  }
  return targets;
}

// Asked once, before any was chosen: SupportedTargets undoes the choice, or knows only what was
// chosen.
const std::vector<int64_t>& Targets() {
  static const std::vector<int64_t> targets = FindTargets();
  return targets;
}

}  // namespace

std::vector<std::string> InstructionSets() {
  std::vector<std::string> names;
  for (const int64_t target : Targets()) names.push_back(LowerName(target));
  return names;
}

std::string InstructionSet() { return LowerName(HWY_DYNAMIC_DISPATCH(TargetKernel)()); }

Status UseInstructionSet(std::string_view name) {
  const auto& targets = Targets();
  if (name == "auto") {
    hwy::SetSupportedTargetsForTest(0);
    return {};
  }
  for (const int64_t target : targets) {
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
#endif
