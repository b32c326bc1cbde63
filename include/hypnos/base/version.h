// Which build this is: told by every program's --version, and where somebody reports a fault.
// Threads: safe.
#pragma once

#include <string>
#include <string_view>

namespace hypnos {

// "0.1.0", from the project() of CMakeLists.txt and nowhere else.
std::string_view Version();

// Of a program, in one line: "hypnosd 0.1.0 (commit 6f1e0a93c2d4, Release, bfloat16)". A commit
// that ends in + is one whose files were changed; "unknown" is one that was built without git.
std::string VersionLine(std::string_view program);

}  // namespace hypnos
