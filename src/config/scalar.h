// A scalar of the file as the number, word or text that the schema asks for.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "config/tree.h"

namespace hypnos::config {

// Sets the field, or appends if it is repeated; false if the node is not what Expected(*field)
// says. Precondition: the field is no message.
bool PutScalar(const TreeNode& node, const google::protobuf::FieldDescriptor* field,
               google::protobuf::Message* message);

// "a whole number from 1 to 1048576", "a number above 0 and at most 1", "one of grey, bgr".
std::string Expected(const google::protobuf::FieldDescriptor& field);

// "'many'", "a list of 3", "nothing".
std::string Found(const TreeNode& node);

}  // namespace hypnos::config
