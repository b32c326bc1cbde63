#include "config/override.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/mask.h"
#include "config/reflect.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "proto/options.pb.h"

namespace hypnos::config {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kPrefix = "HYPNOS_";

using Segments = std::vector<std::string>;

Segments Split(std::string_view text, std::string_view separator) {
  Segments segments;
  while (true) {
    const size_t end = text.find(separator);
    segments.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return segments;
    text.remove_prefix(end + separator.size());
  }
}

std::optional<size_t> Index(std::string_view segment) {
  size_t index = 0;
  const auto [end, error] = std::from_chars(segment.data(), segment.data() + segment.size(), index);
  if (error != std::errc() || end != segment.data() + segment.size()) return std::nullopt;
  return index;
}

// What a path names in the schema, found segment by segment.
class Walk {
 public:
  explicit Walk(const pb::Descriptor& root) : type_(&root) {}

  // A sentence if there is no such thing.
  std::optional<std::string> Enter(const std::string& segment) {
    if (in_list_) return EnterElement(segment);
    if (type_ == nullptr) return Format("'{}' has nothing below it", field_->name());
    const pb::FieldDescriptor* field = type_->FindFieldByName(segment);
    if (field == nullptr) {
      return Format("unknown key '{}' in {}{}", Shown(segment), Noun(*type_),
                    Suggestion(segment, KeysOf(*type_)));
    }
    field_ = field;
    type_ = field->message_type();
    in_list_ = field->is_repeated();
    return std::nullopt;
  }

  bool IsSecret() const { return field_ != nullptr && field_->options().GetExtension(secret); }

 private:
  std::optional<std::string> EnterElement(const std::string& segment) {
    if (!Index(segment)) {
      return Format("'{}' is a list: after it comes a number from 0, found '{}'", field_->name(),
                    Shown(segment));
    }
    in_list_ = false;
    return std::nullopt;
  }

  const pb::Descriptor* type_;
  const pb::FieldDescriptor* field_ = nullptr;
  bool in_list_ = false;
};

// One value to be laid over.
struct Overlay {
  Segments path;
  std::string value;
  std::string label;  // how errors name it
};

std::optional<std::string> CheckPath(const Overlay& overlay, const pb::Descriptor& type) {
  if (overlay.path.size() > kMostDepth) return "too many levels";
  Walk walk(type);
  for (const std::string& segment : overlay.path) {
    if (auto sentence = walk.Enter(segment)) return sentence;
  }
  return std::nullopt;
}

bool NamesSecret(const Segments& path, const pb::Descriptor& type) {
  Walk walk(type);
  return std::none_of(
             path.begin(), path.end(),
             [&](const std::string& segment) { return walk.Enter(segment).has_value(); }) &&
         walk.IsSecret();
}

// Puts the value at the end of the path, making what is missing on the way.
class Placement {
 public:
  Placement(const Segments& path, TreeNode value) : path_(path), value_(std::move(value)) {}

  // The same tree, changed; a sentence if a list would get a hole.
  std::optional<std::string> In(TreeNode* root) {
    TreeNode changed = *root;
    std::optional<std::string> sentence = Enter(&changed, 0);
    if (fits_ && !sentence) *root = std::move(changed);
    return sentence;
  }

 private:
  std::optional<std::string> Enter(TreeNode* node, size_t depth) {
    if (depth == path_.size()) {
      value_.key = node->key;
      value_.key_place = value_.place;
      *node = std::move(value_);
      return std::nullopt;
    }
    const std::string& segment = path_[depth];
    const std::optional<size_t> index = Index(segment);
    const TreeNode::Kind kind = index ? TreeNode::Kind::kList : TreeNode::Kind::kMap;
    if (node->kind == TreeNode::Kind::kNothing) node->kind = kind;
    fits_ = node->kind == kind;
    if (!fits_) return std::nullopt;
    if (index && *index > node->children.size()) {
      return Format("'{}' has no element {} yet; the next is {}", path_[depth - 1], *index,
                    node->children.size());
    }
    return Enter(index ? Element(*index, node) : Entry(segment, node), depth + 1);
  }

  TreeNode* Element(size_t index, TreeNode* list) const {
    return index < list->children.size() ? &list->children[index] : Append("", list);
  }

  TreeNode* Entry(const std::string& key, TreeNode* map) const {
    for (TreeNode& child : map->children) {
      if (child.key == key) return &child;
    }
    return Append(key, map);
  }

  TreeNode* Append(const std::string& key, TreeNode* parent) const {
    TreeNode node;
    node.place = node.key_place = value_.place;
    node.key = key;
    parent->children.push_back(std::move(node));
    return &parent->children.back();
  }

  const Segments& path_;
  TreeNode value_;
  bool fits_ = true;
};

void Apply(const Overlay& overlay, const pb::Descriptor& type, TreeNode* root, Report* report) {
  const int origin = report->AddOrigin(overlay.label);
  if (auto sentence = CheckPath(overlay, type)) {
    report->Add({origin}, *sentence);
    return;
  }
  std::optional<TreeNode> value = ReadTree(overlay.value, origin, report);
  if (!value) return;
  if (auto sentence = Placement(overlay.path, *std::move(value)).In(root)) {
    report->Add({origin}, *sentence);
  }
}

// Shorter before longer, so that element 2 comes before element 10 and can make it possible.
bool ComesBefore(const Overlay& a, const Overlay& b) {
  return std::lexicographical_compare(a.path.begin(), a.path.end(), b.path.begin(), b.path.end(),
                                      [](const std::string& x, const std::string& y) {
                                        return std::pair(x.size(), x) < std::pair(y.size(), y);
                                      });
}

std::vector<Overlay> FromEnvironment(const std::map<std::string, std::string>& environment) {
  std::vector<Overlay> overlays;
  for (const auto& [name, value] : environment) {
    if (!name.starts_with(kPrefix)) continue;
    const Segments path = Split(Lower(name.substr(kPrefix.size())), "__");
    overlays.push_back({path, value, Shown(name)});
  }
  std::sort(overlays.begin(), overlays.end(), ComesBefore);
  return overlays;
}

void ApplySet(const std::string& set, const pb::Descriptor& type, TreeNode* root, Report* report) {
  const size_t equals = set.find('=');
  if (equals == std::string::npos || equals == 0) {
    report->Add({report->AddOrigin("--set " + Shown(set))}, "must be key=value");
    return;
  }
  const std::string path = set.substr(0, equals), value = set.substr(equals + 1);
  const Segments segments = Split(path, ".");
  const std::string shown = NamesSecret(segments, type) ? MaskSecret(value) : value;
  Apply({segments, value, "--set " + Shown(path + "=" + shown)}, type, root, report);
}

}  // namespace

void LayOver(const Overrides& overrides, const pb::Descriptor& type, TreeNode* root,
             Report* report) {
  for (const Overlay& overlay : FromEnvironment(overrides.environment)) {
    Apply(overlay, type, root, report);
  }
  for (const std::string& set : overrides.sets) ApplySet(set, type, root, report);
}

}  // namespace hypnos::config
