// What a shell completes while a command is typed, from the table of commands.
// Threads: safe.
#pragma once

#include <string>

namespace hypnos::cli {

// Scripts to be read by the shell: `source <(hypnosctl completion bash)`.
std::string BashCompletion();
std::string ZshCompletion();

}  // namespace hypnos::cli
