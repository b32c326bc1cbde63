#include "config/fill.h"

#include <algorithm>
#include <string>
#include <vector>

#include "config/reflect.h"
#include "config/scalar.h"
#include "config/words.h"
#include "hypnos/base/format.h"
#include "proto/options.pb.h"

namespace hypnos::config {
namespace {

namespace pb = google::protobuf;

std::string Quote(const pb::FieldDescriptor* field) { return "'" + field->name() + "'"; }

class Filler {
 public:
  Filler(const TreeNode& root, Places* places, Report* report)
      : root_(root), places_(*places), report_(*report) {}

  void FillKeys(const TreeNode& node, const std::string& path, pb::Message* message) {
    std::vector<std::string> meant;
    for (const TreeNode& child : node.children) {
      const auto* field = message->GetDescriptor()->FindFieldByName(child.key);
      if (field != nullptr) {
        FillField(child, Join(path, child.key), field, message);
      } else {
        meant.push_back(ReportUnknown(child, path, *message->GetDescriptor()));
      }
    }
    CheckChoices(node, path, *message->GetDescriptor(), meant);
    CheckMissing(node, path, *message->GetDescriptor(), meant);
  }

 private:
  void FillField(const TreeNode& node, const std::string& path, const pb::FieldDescriptor* field,
                 pb::Message* message) {
    places_.Give(path, node.place);
    if (field->is_repeated()) {
      FillList(node, path, field, message);
    } else if (IsMessage(field)) {
      FillMessageField(node, path, field, message);
    } else {
      FillScalar(node, path, Quote(field), field, message);
    }
  }

  void FillScalar(const TreeNode& node, const std::string& path, const std::string& subject,
                  const pb::FieldDescriptor* field, pb::Message* message) {
    if (PutScalar(node, field, message)) return;
    const bool is_misspelt_value = field->cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM &&
                                   node.kind == TreeNode::Kind::kScalar;
    const std::string nearest =
        is_misspelt_value ? Nearest(node.text, ValuesOf(*field->enum_type())) : "";
    ReportWrong(node, path, subject, Expected(*field),
                nearest.empty() ? "" : Format("; did you mean '{}'?", nearest));
  }

  void FillMessageField(const TreeNode& node, const std::string& path,
                        const pb::FieldDescriptor* field, pb::Message* message) {
    if (node.kind == TreeNode::Kind::kMap || IsEmptySection(node, path, field)) {
      FillKeys(node, path, message->GetReflection()->MutableMessage(message, field));
    } else {
      ReportWrong(node, path, Quote(field), Expected(*field),
                  node.kind == TreeNode::Kind::kNothing ? "; {} takes every default" : "");
    }
  }

  // "schedule:" with every key below it commented out. For other messages, nothing could mean to
  // have it with defaults or not to have it.
  static bool IsEmptySection(const TreeNode& node, const std::string& path,
                             const pb::FieldDescriptor* field) {
    return node.kind == TreeNode::Kind::kNothing && IsSection(field, Parent(path).empty());
  }

  void FillList(const TreeNode& node, const std::string& path, const pb::FieldDescriptor* field,
                pb::Message* message) {
    if (node.kind != TreeNode::Kind::kList) {
      ReportWrong(node, path, Quote(field), "a list");
      return;
    }
    const size_t least = field->options().GetExtension(min_count);
    if (node.children.size() < least && !MayBeMissing(field)) {
      ReportWrong(node, path, Quote(field), Format("a list of at least {}", least));
    }
    int index = 0;
    for (const TreeNode& child : node.children) {
      FillElement(child, Join(path, index++), field, message);
    }
  }

  // Also adds an element that is wrong, so that the indices of the others are those of the file.
  void FillElement(const TreeNode& node, const std::string& path, const pb::FieldDescriptor* field,
                   pb::Message* message) {
    places_.Give(path, node.place);
    const std::string subject = "an element of " + Quote(field);
    if (!IsMessage(field)) {
      FillScalar(node, path, subject, field, message);
      return;
    }
    pb::Message* element = message->GetReflection()->AddMessage(message, field);
    if (node.kind == TreeNode::Kind::kMap) {
      FillKeys(node, path, element);
    } else {
      ReportWrong(node, path, subject, Expected(*field));
    }
  }

  void ReportWrong(const TreeNode& node, const std::string& path, const std::string& subject,
                   const std::string& expected, const std::string& hint = "") {
    report_.Add(node.place,
                Format("{} must be {}, found {}{}", subject, expected, Found(node), hint));
    places_.Break(path);
  }

  // Gives the key that was probably meant.
  std::string ReportUnknown(const TreeNode& node, const std::string& path,
                            const pb::Descriptor& type) {
    const std::vector<std::string> keys = KeysOf(type);
    report_.Add(node.key_place, Format("unknown key '{}' in {}{}", Shown(node.key), Noun(type),
                                       Suggestion(node.key, keys)));
    places_.BreakAbsent(path);
    return Nearest(node.key, keys);
  }

  // Exactly one member of each oneof.
  void CheckChoices(const TreeNode& node, const std::string& path, const pb::Descriptor& type,
                    const std::vector<std::string>& meant) {
    for (int i = 0; i < type.real_oneof_decl_count(); ++i) {
      CheckChoice(node, path, *type.oneof_decl(i), meant);
    }
  }

  void CheckChoice(const TreeNode& node, const std::string& path, const pb::OneofDescriptor& choice,
                   const std::vector<std::string>& meant) {
    const std::string rule = Format("{} is one of {}", WithArticle(Noun(*choice.containing_type())),
                                    Listed(MembersOf(choice)));
    const TreeNode* given = nullptr;
    for (const TreeNode& child : node.children) {
      const auto* field = choice.containing_type()->FindFieldByName(child.key);
      if (field == nullptr || field->containing_oneof() != &choice) continue;
      if (given != nullptr) {
        report_.Add(child.key_place,
                    Format("{}; both '{}' and '{}' are given", rule, given->key, child.key));
        places_.Break(Join(path, child.key));
      }
      given = &child;
    }
    const bool is_meant = std::any_of(meant.begin(), meant.end(), [&](const std::string& key) {
      const auto* field = choice.containing_type()->FindFieldByName(key);
      return field != nullptr && field->containing_oneof() == &choice;
    });
    if (given == nullptr && !is_meant) report_.Add(node.place, rule + "; none is given");
  }

  void CheckMissing(const TreeNode& node, const std::string& path, const pb::Descriptor& type,
                    const std::vector<std::string>& meant) {
    for (int i = 0; i < type.field_count(); ++i) {
      const pb::FieldDescriptor* field = type.field(i);
      const bool is_meant = std::find(meant.begin(), meant.end(), field->name()) != meant.end();
      if (is_meant || node.Find(field->name()) != nullptr || MayBeMissing(field)) continue;
      if (field->options().GetExtension(needed) || field->options().GetExtension(min_count) > 0) {
        const std::string missing = Join(path, field->name());
        report_.Add(node.place, Format("'{}' is missing", missing));
        places_.Break(missing);
      } else if (IsSection(field, path.empty())) {
        CheckAbsentSection(node, field);
      }
    }
  }

  bool MayBeMissing(const pb::FieldDescriptor* field) const {
    const std::string& other = field->options().GetExtension(unless);
    return !other.empty() && root_.Find(other) != nullptr;
  }

  void CheckAbsentSection(const TreeNode& root, const pb::FieldDescriptor* section) {
    TreeNode absent;
    absent.place = root.place;
    CheckMissing(absent, section->name(), *section->message_type(), {});
  }

  const TreeNode& root_;
  Places& places_;
  Report& report_;
};

}  // namespace

void FillMessage(const TreeNode& root, pb::Message* message, Places* places, Report* report) {
  if (root.kind == TreeNode::Kind::kNothing) {
    report->Add(root.place,
                "nothing is in here; the keys are " + Listed(KeysOf(*message->GetDescriptor())));
    return;
  }
  if (root.kind != TreeNode::Kind::kMap) {
    report->Add(root.place, Format("a configuration begins with keys, found {}", Found(root)));
    return;
  }
  places->Give("", root.place);
  Filler(root, places, report).FillKeys(root, "", message);
}

}  // namespace hypnos::config
