// In which keys two configurations differ.
#pragma once

#include <string>
#include <vector>

#include "proto/config.pb.h"

namespace hypnos {

// "network.layers.0.units", in the order of the schema; of a list that has become longer or
// shorter, or a part that has come or gone, its own name. A default that is written out is no
// difference.
std::vector<std::string> ChangedKeys(const config::Config& before, const config::Config& after);

}  // namespace hypnos
