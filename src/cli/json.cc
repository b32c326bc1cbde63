#include "cli/json.h"

#include <google/protobuf/util/json_util.h>

#include "hypnos/base/check.h"

namespace hypnos::cli {

std::string Json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  HYPNOS_CHECK(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

}  // namespace hypnos::cli
