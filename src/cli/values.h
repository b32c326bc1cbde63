// What a command can be given, and what it was given.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hypnos::cli {

struct Parameter {
  // kCount is a whole number, kNumber any; both lie between `least` and `most`.
  enum class Kind { kText, kCount, kNumber, kChoice, kFile, kFolder };

  // "--steps" for an option, "NAME" for what stands in its place.
  std::string name;
  std::string help;
  Kind kind = Kind::kText;
  // What stands for an option's value in its help; empty: it has none and is on or off.
  std::string value = {};
  double least = 0;
  double most = 0;
  std::vector<std::string> choices = {};
  bool needed = false;
  // It may be given several times.
  bool many = false;

  bool is_option() const { return name.starts_with("--"); }
  bool is_switch() const { return is_option() && value.empty(); }
};

// Threads: thread-compatible.
class Values {
 public:
  void Put(const std::string& name, std::vector<std::string> values) {
    values_[name] = std::move(values);
  }

  bool Has(const std::string& name) const { return values_.contains(name); }
  // The only one, or the last; "" where there is none.
  std::string Text(const std::string& name) const;
  std::vector<std::string> All(const std::string& name) const;
  // 0 where there is none. Precondition: it was checked that it is a number.
  uint64_t Count(const std::string& name) const;
  double Number(const std::string& name) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

// Why `text` cannot be a value of the parameter, "" if it can.
std::string Complaint(const Parameter& parameter, const std::string& text);

}  // namespace hypnos::cli
