#include "sources/regular_file.h"

#include <filesystem>
#include <system_error>

#include "hypnos/base/file_system.h"
#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"

namespace hypnos {

Result<std::string> ReadRegularFile(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  // What is not there is told by whoever reads it.
  const bool may_be_read = type == std::filesystem::file_type::regular ||
                           type == std::filesystem::file_type::not_found ||
                           type == std::filesystem::file_type::none;
  if (!may_be_read) {
    return Error{Code::kInvalidArgument, "NOT_A_FILE",
                 Format("'{}' is no regular file", Printable(path))};
  }
  return PosixFileSystem().ReadFile(path);
}

}  // namespace hypnos
