// Lays the environment and --set flags over what the file says, before anything is interpreted: so
// they are checked as the file is, and their errors name them.
#pragma once

#include <google/protobuf/descriptor.h>

#include "config/report.h"
#include "config/tree.h"
#include "hypnos/config/load.h"

namespace hypnos::config {

// The environment first, then the flags. Paths are checked against `type`; a path that runs into
// something of another kind in the file (a list where keys are due) is left to the report on the
// file.
void LayOver(const Overrides& overrides, const google::protobuf::Descriptor& type, TreeNode* root,
             Report* report);

}  // namespace hypnos::config
