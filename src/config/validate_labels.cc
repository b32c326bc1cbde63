#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "config/checker.h"
#include "config/validate_parts.h"
#include "config/words.h"
#include "hypnos/base/format.h"

namespace hypnos::config {
namespace {

constexpr int kMostClasses = 1000;

class LabelsCheck final : public Checker {
 public:
  using Checker::Checker;

  void Check(const Config& config) {
    CheckClasses(config.labels());
    for (int i = 0; i < config.sources_size(); ++i) {
      CheckLabels(config.sources(i), config.labels(), Join("sources", i));
    }
  }

 private:
  void CheckClasses(const Labels& labels) {
    const std::string path = "labels.classes";
    std::map<std::string, int> taken;
    for (int i = 0; i < labels.classes_size(); ++i) {
      const std::string here = Join(path, i);
      if (!Known({here})) continue;
      if (labels.classes(i).empty()) Complain(here, "a class must have a name");
      const auto [first, is_new] = taken.emplace(labels.classes(i), i);
      if (!is_new) {
        Complain(here, Format("the class '{}' is already there at {}", Shown(labels.classes(i)),
                              ShownPlace(Join(path, first->second))));
      }
    }
    if (labels.classes_size() > kMostClasses) {
      Complain(path, Format("{} classes are more than {}", labels.classes_size(), kMostClasses));
    }
  }

  void CheckLabels(const Source& source, const Labels& labels, const std::string& path) {
    for (int i = 0; i < source.playlist().entries_size(); ++i) {
      CheckLabels(source.playlist().entries(i), labels,
                  Join(Join(Join(path, "playlist"), "entries"), i));
    }
    const std::string here = Join(path, "labels");
    if (!source.has_labels() || !Known({here, "labels.classes"})) return;
    if (labels.classes().empty()) {
      Complain(here, "labels.classes does not say which labels there are");
    } else if (source.has_playlist()) {
      Complain(here, "labels belong to the entries of a playlist, each has its own");
    } else {
      CheckLabelsOfKind(source, labels, here);
    }
  }

  void CheckLabelsOfKind(const Source& source, const Labels& labels, const std::string& path) {
    const bool live = source.has_camera() || source.has_stream();
    switch (source.labels().from_case()) {
      case SourceLabels::kFile:
        if (!live) break;
        Complain(Join(path, "file"),
                 "a file cannot say what a camera or stream is going to show; give a name, or set "
                 "labels while it runs");
        break;
      case SourceLabels::kName:
        CheckLabel(source.labels().name(), labels, Join(path, "name"));
        break;
      case SourceLabels::kFolder:
        if (source.has_file() || source.has_folder()) break;
        Complain(Join(path, "folder"), "only what lies in a folder can be called as the folder is");
        break;
      case SourceLabels::kScene:
        CheckSceneLabels(source, labels, Join(path, "scene"));
        break;
      case SourceLabels::FROM_NOT_SET:
        break;
    }
  }

  void CheckLabel(const std::string& name, const Labels& labels, const std::string& path) {
    const std::vector<std::string> classes(labels.classes().begin(), labels.classes().end());
    if (!Known({path}) || std::ranges::find(classes, name) != classes.end()) return;
    const std::string nearest = Nearest(name, classes);
    Complain(path, Format("'{}' is none of labels.classes{}", Shown(name),
                          nearest.empty() ? "" : Format("; did you mean '{}'?", Shown(nearest))));
  }

  void CheckSceneLabels(const Source& source, const Labels& labels, const std::string& path) {
    if (source.synthetic().scene() != SyntheticSource::DIGITS) {
      Complain(path, "only the synthetic scene digits knows what it shows");
      return;
    }
    const std::vector<std::string> classes(labels.classes().begin(), labels.classes().end());
    for (int digit = 0; digit <= 9; ++digit) {
      if (std::ranges::find(classes, std::to_string(digit)) != classes.end()) continue;
      Complain(path, Format("the scene shows the digits 0 to 9, and '{}' is none of labels.classes",
                            digit));
      return;
    }
  }
};

}  // namespace

void ValidateLabels(const Config& config, const Places& places, Report* report) {
  LabelsCheck(places, report).Check(config);
}

}  // namespace hypnos::config
