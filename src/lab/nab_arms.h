// The option `--arms` of the experiments that watch series: who watches, by name.
#pragma once

#include <string>
#include <vector>

#include "lab/nab_cell.h"

namespace CLI {
class App;
}

namespace hypnos::lab {

// Sets `names` to all of them, and declares the option that chooses among them.
void DeclareNabArms(CLI::App& app, std::vector<std::string>& names);

// Of a name that the option has let through.
NabArm NabArmNamed(const std::string& name);

}  // namespace hypnos::lab
