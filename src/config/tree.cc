#include "config/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "config/control_characters.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "hypnos/base/utf8.h"

namespace hypnos::config {
namespace {

// What a tree may weigh; an ordinary file weighs a thousandth of it. Aliases multiply.
constexpr size_t kMostWeight = 16 << 20;
constexpr size_t kNodeWeight = 64;

// Leaves the YAML library's call-backs; never leaves this file.
struct Refusal {
  Place place;
  std::string sentence;
};

size_t Depth(const TreeNode& node) {
  size_t depth = 0;
  for (const TreeNode& child : node.children) depth = std::max(depth, Depth(child));
  return depth + 1;
}

size_t Weight(const TreeNode& node) {
  size_t weight = kNodeWeight + node.text.size() + node.key.size();
  for (const TreeNode& child : node.children) weight += Weight(child);
  return weight;
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(int origin, Report* report) : origin_(origin), report_(report) {
    root_.place = {origin, 1, 1};
  }

  TreeNode Root() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Refusal{At(mark), "a second document; one is all that is read"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Finish(NewNode(TreeNode::Kind::kNothing, mark), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckTag(mark, tag);
    TreeNode node = NewNode(TreeNode::Kind::kScalar, mark);
    node.text = value;
    node.quoted = tag == "!";
    Charge(value.size(), node.place);
    Finish(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Refusal{At(mark), "an alias inside what it stands for"};
    Charge(Weight(found->second), At(mark));
    if (open_.size() + Depth(found->second) > kMostDepth) RefuseDepth(mark);
    TreeNode copy = found->second;
    copy.place = At(mark);
    Finish(std::move(copy), 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(TreeNode::Kind::kList, mark, tag, anchor);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(TreeNode::Kind::kMap, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  // A list or map whose end has not come yet.
  struct Unfinished {
    TreeNode node;
    YAML::anchor_t anchor = 0;
    // In a map: the key whose value comes next, and the keys so far.
    std::optional<TreeNode> key;
    std::map<std::string, Place> keys;
  };

  Place At(const YAML::Mark& mark) const {
    if (mark.is_null()) return {origin_, 1, 1};
    return {origin_, mark.line + 1, mark.column + 1};
  }

  TreeNode NewNode(TreeNode::Kind kind, const YAML::Mark& mark) {
    TreeNode node;
    node.kind = kind;
    node.place = At(mark);
    Charge(kNodeWeight, node.place);
    return node;
  }

  void Charge(size_t weight, const Place& place) {
    weight_ += weight;
    if (weight_ > kMostWeight) throw Refusal{place, "too much for a configuration"};
  }

  [[noreturn]] void RefuseDepth(const YAML::Mark& mark) const {
    throw Refusal{At(mark), Format("nested more than {} deep", kMostDepth)};
  }

  // The schema knows the types better than a tag does.
  void CheckTag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw Refusal{At(mark), Format("tags are not used here, found '{}'", Shown(tag))};
  }

  void Open(TreeNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
            YAML::anchor_t anchor) {
    CheckTag(mark, tag);
    if (open_.size() >= kMostDepth) RefuseDepth(mark);
    open_.emplace_back();
    open_.back().node = NewNode(kind, mark);
    open_.back().anchor = anchor;
  }

  void Close() {
    Unfinished done = std::move(open_.back());
    open_.pop_back();
    Finish(std::move(done.node), done.anchor);
  }

  // Puts a complete node where it belongs.
  void Finish(TreeNode node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      Charge(Weight(node), node.place);
      anchors_[anchor] = node;
    }
    if (open_.empty()) {
      root_ = std::move(node);
    } else if (open_.back().node.kind == TreeNode::Kind::kList) {
      open_.back().node.children.push_back(std::move(node));
    } else if (!open_.back().key) {
      open_.back().key = std::move(node);
    } else {
      FinishEntry(std::move(node), &open_.back());
    }
  }

  void FinishEntry(TreeNode node, Unfinished* map) {
    const TreeNode key = *std::exchange(map->key, std::nullopt);
    if (key.kind != TreeNode::Kind::kScalar) {
      report_->Add(key.place, "a key must be a word");
      return;
    }
    const auto [first, is_new] = map->keys.emplace(key.text, key.place);
    if (!is_new) {
      report_->Add(key.place, Format("key '{}' is repeated; it was first given at {}",
                                     Shown(key.text), report_->Shown(first->second)));
      return;
    }
    Charge(key.text.size(), key.place);
    node.key = key.text;
    node.key_place = key.place;
    if (node.kind != TreeNode::Kind::kScalar) node.place = key.place;
    map->node.children.push_back(std::move(node));
  }

  const int origin_;
  Report* const report_;
  TreeNode root_;
  std::vector<Unfinished> open_;
  std::map<YAML::anchor_t, TreeNode> anchors_;
  size_t weight_ = 0;
  int documents_ = 0;
};

std::string_view LineAt(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

bool IsIndentedByTab(std::string_view line) {
  return line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string_view::npos;
}

// The library's words, and what most often lies behind them.
Refusal Translated(const YAML::Exception& exception, int origin, std::string_view text) {
  const bool placed = !exception.mark.is_null();
  const Place place{origin, placed ? exception.mark.line + 1 : 1,
                    placed ? exception.mark.column + 1 : 1};
  if (IsIndentedByTab(LineAt(text, place.line))) {
    return {place, "a line is indented by a tab; YAML wants spaces"};
  }
  std::string sentence = "not valid YAML: " + exception.msg;
  if (exception.msg == YAML::ErrorMsg::MAP_VALUE) {
    sentence += " (wrong indentation, or a ':' in text without quotes?)";
  }
  return {place, sentence};
}

std::optional<Refusal> CheckText(std::string_view text, int origin) {
  Place place{origin, 1, 1};
  if (text.size() > kMostTextBytes) {
    return Refusal{place,
                   Format("{} bytes; a configuration has at most {}", text.size(), kMostTextBytes)};
  }
  while (!text.empty()) {
    const size_t length = CharacterLength(text);
    const auto byte = static_cast<unsigned char>(text[0]);
    if (length == 0) return Refusal{place, Format("byte 0x{:02x} is not UTF-8", byte)};
    if (IsForbiddenControl(text[0])) {
      return Refusal{place, Format("control character 0x{:02x}", byte)};
    }
    place.column += static_cast<int>(length);
    if (text[0] == '\n') place = {origin, place.line + 1, 1};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

TreeNode Build(std::string_view text, int origin, Report* report) {
  if (const auto refusal = CheckText(text, origin)) throw *refusal;
  Builder builder(origin, report);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& exception) {
    throw Translated(exception, origin, text);
  }
  return std::move(builder).Root();
}

}  // namespace

const TreeNode* TreeNode::Find(std::string_view name) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const TreeNode& child) { return child.key == name; });
  return found == children.end() ? nullptr : &*found;
}

std::optional<TreeNode> ReadTree(std::string_view text, int origin, Report* report) {
  try {
    return Build(text, origin, report);
  } catch (const Refusal& refusal) {
    report->Add(refusal.place, refusal.sentence);
    return std::nullopt;
  }
}

}  // namespace hypnos::config
