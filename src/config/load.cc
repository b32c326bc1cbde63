#include "hypnos/config/load.h"

#include <google/protobuf/message.h>

#include <optional>

#include "config/fill.h"
#include "config/override.h"
#include "config/places.h"
#include "config/report.h"
#include "config/tree.h"
#include "config/validate.h"

namespace hypnos::config {
namespace {

// False if there was nothing to interpret.
bool Read(std::string_view text, const Overrides& overrides, google::protobuf::Message* message,
          Places* places, Report* report) {
  std::optional<TreeNode> root = ReadTree(text, /*origin=*/0, report);
  if (!root) return false;
  if (root->kind == TreeNode::Kind::kMap) {
    LayOver(overrides, *message->GetDescriptor(), &*root, report);
  }
  FillMessage(*root, message, places, report);
  return root->kind == TreeNode::Kind::kMap;
}

}  // namespace

Status Fill(std::string_view text, const std::string& file_name, const Overrides& overrides,
            google::protobuf::Message* message) {
  Places places;
  Report report(file_name);
  message->Clear();
  Read(text, overrides, message, &places, &report);
  return report.ToStatus();
}

Result<Config> Parse(std::string_view text, const std::string& file_name,
                     const Overrides& overrides) {
  Config config;
  Places places;
  Report report(file_name);
  if (Read(text, overrides, &config, &places, &report)) Validate(config, places, &report);
  HYPNOS_RETURN_IF_ERROR(report.ToStatus());
  return config;
}

Result<Config> WithSource(const Config& config, std::string_view text,
                          const std::string& file_name) {
  Config longer = config;
  Places places;
  Report report(file_name);
  if (Read(text, {}, longer.add_sources(), &places, &report)) {
    Validate(longer, places.Under(Join("sources", config.sources_size())), &report);
  }
  HYPNOS_RETURN_IF_ERROR(report.ToStatus());
  return longer;
}

Result<Config> Load(FileSystem& files, const std::string& path, const Overrides& overrides) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string text, files.ReadFile(path));
  return Parse(text, path, overrides);
}

}  // namespace hypnos::config
