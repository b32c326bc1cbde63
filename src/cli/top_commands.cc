// top
#include "cli/groups.h"

namespace hypnos::cli {

std::vector<Command> TopCommands() { return {}; }

}  // namespace hypnos::cli
