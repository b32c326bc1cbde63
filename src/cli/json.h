// Messages as JSON on one line: protobuf's mapping with the names of the .proto files, whole
// numbers of 64 bits as strings. Fields are there whether they are zero or not; absent ones are
// unknown. Threads: safe.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace hypnos::cli {

std::string Json(const google::protobuf::Message& message);

}  // namespace hypnos::cli
