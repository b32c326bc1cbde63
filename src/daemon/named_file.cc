#include "daemon/named_file.h"

#include <cctype>

#include "hypnos/base/format.h"

namespace hypnos {

Result<std::string> OnlyLineOf(FileSystem& files, const std::string& path, const std::string& key) {
  auto text = files.ReadFile(path);
  if (!text.ok()) {
    return Error{text.error().code, text.error().reason,
                 Format("{}: {}", key, text.error().message)};
  }
  while (!text->empty() && std::isspace(static_cast<unsigned char>(text->back())) != 0) {
    text->pop_back();
  }
  if (text->empty() || text->find('\n') != std::string::npos) {
    return Error{Code::kInvalidArgument, "CONFIG_INVALID",
                 Format("{}: '{}' holds {}, and has to hold one line", key, path,
                        text->empty() ? "nothing" : "several lines")};
  }
  return text;
}

Status CheckReadable(FileSystem& files, const std::string& path, const std::string& key) {
  if (path.empty()) return {};
  const auto text = files.ReadFile(path);
  if (text.ok()) return {};
  return Error{text.error().code, text.error().reason, Format("{}: {}", key, text.error().message)};
}

}  // namespace hypnos
