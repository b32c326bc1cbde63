// From a tree to a message. The schema says what may be there.
#pragma once

#include <google/protobuf/message.h>

#include "config/places.h"
#include "config/report.h"
#include "config/tree.h"

namespace hypnos::config {

// Fills what fits, reports what does not, and remembers where everything was given.
void FillMessage(const TreeNode& root, google::protobuf::Message* message, Places* places,
                 Report* report);

}  // namespace hypnos::config
