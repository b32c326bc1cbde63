// What the checks of validate.cc have in common: what they may ask, and where they complain.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>

#include "config/places.h"
#include "config/report.h"

namespace hypnos::config {

class Checker {
 public:
  Checker(const Places& places, Report* report) : places_(places), report_(*report) {}

 protected:
  bool Known(std::initializer_list<std::string> paths) const {
    return std::all_of(paths.begin(), paths.end(),
                       [this](const std::string& path) { return places_.Known(path); });
  }
  void Complain(const std::string& path, std::string sentence) {
    report_.Add(places_.Of(path), std::move(sentence));
  }
  std::string ShownPlace(const std::string& path) const { return report_.Shown(places_.Of(path)); }

 private:
  const Places& places_;
  Report& report_;
};

}  // namespace hypnos::config
