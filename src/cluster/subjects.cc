#include "hypnos/cluster/subjects.h"

#include <algorithm>
#include <cctype>

#include "cluster/digest.h"
#include "hypnos/base/check.h"
#include "hypnos/base/format.h"

namespace hypnos {
namespace {

// Of a digest: enough that no two are alike.
constexpr size_t kDigits = 16;

// That would be taken for something that was written otherwise.
bool LooksWritten(std::string_view rest) {
  return rest.size() >= 4 && rest[0] == '_' && rest[1] == 'x' &&
         std::isxdigit(static_cast<unsigned char>(rest[2])) != 0 &&
         std::isxdigit(static_cast<unsigned char>(rest[3])) != 0;
}

}  // namespace

std::string SubjectWord(std::string_view text) {
  std::string word;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsOfSubjectWord(text[i]) && !LooksWritten(text.substr(i))) {
      word += text[i];
    } else {
      word += Format("_x{:02x}", static_cast<unsigned char>(text[i]));
    }
  }
  if (!word.empty() && word.size() <= kLongestSubjectWord) return word;
  return Format("{}_x{}", word.substr(0, kLongestSubjectWord - kDigits - 2),
                Sha256(text).substr(0, kDigits));
}

std::string TopicOf(std::string_view subject) {
  std::string topic(subject);
  std::ranges::replace(topic, '.', '/');
  return topic;
}

std::string LayerSubject(const std::string& prefix, const std::string& network, size_t layer,
                         const char* to) {
  HYPNOS_CHECK(IsSubjectPrefix(prefix) && IsSubjectWord(network));
  return Format("{}.layers.{}.{}.{}", prefix, network, layer, to);
}

Subjects::Subjects(const std::string& prefix, const std::string& name)
    : prefix_(prefix), own_(prefix + "." + name) {
  HYPNOS_CHECK(IsSubjectPrefix(prefix) && IsSubjectWord(name));
}

std::string Subjects::Events(std::string_view severity) const {
  std::string word(severity);
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return std::tolower(c); });
  return Format("{}.events.{}", own_, SubjectWord(word));
}

std::string Subjects::Of(const char* what, std::string_view source) const {
  return Format("{}.{}.{}", own_, what, SubjectWord(source));
}

}  // namespace hypnos
