// YAML as it was written: values with their places, aliases followed, nothing interpreted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/report.h"

namespace hypnos::config {

struct TreeNode {
  enum class Kind { kNothing, kScalar, kList, kMap };

  Kind kind = Kind::kNothing;
  // A scalar's place is where it stands; the others' is that of their key, if they have one.
  Place place;
  // In a map.
  std::string key;
  Place key_place;
  // Of a scalar.
  std::string text;
  bool quoted = false;
  // Of a list or map.
  std::vector<TreeNode> children;

  const TreeNode* Find(std::string_view name) const;
};

constexpr size_t kMostTextBytes = 1 << 20;
constexpr size_t kMostDepth = 64;

// One YAML document in UTF-8; no text at all is kNothing. Reports repeated keys and reads on;
// reports what cannot be read (bad syntax, more than one document, too large or deep, with aliases
// followed) and gives up: nullopt.
std::optional<TreeNode> ReadTree(std::string_view text, int origin, Report* report);

}  // namespace hypnos::config
