#include "hypnos/control/errors.h"

namespace hypnos {

namespace pb = control;

// The names are the same on both sides, and a test says so.
pb::Error ToProto(const Error& error) {
  pb::Error::Code code = pb::Error::UNKNOWN;
  pb::Error::Code_Parse(ToString(error.code), &code);
  pb::Error message;
  message.set_code(code);
  message.set_reason(error.reason);
  message.set_message(error.message);
  return message;
}

Error FromProto(const pb::Error& error) {
  const std::string& name = pb::Error::Code_Name(error.code());
  Code found = Code::kInternal;
  for (int code = 0; code <= static_cast<int>(Code::kInternal); ++code) {
    if (name == ToString(static_cast<Code>(code))) found = static_cast<Code>(code);
  }
  return {found, error.reason(), error.message()};
}

}  // namespace hypnos
