// A state that is kept in memory, as it was at one moment: to go back to it. It can itself be saved
// and loaded.
//   StateCopy::Saver saver(most_bytes);
//   object.ExchangeState(saver);
//   std::optional<StateCopy> copy = saver.Take();
//   ...
//   StateCopy::Loader loader(*copy);
//   other.ExchangeState(loader);            then loader.status()
// Threads: thread-compatible.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hypnos/base/state_archive.h"

namespace hypnos {

class StateCopy {
 public:
  class Saver;
  class Loader;

  // Of all values; names and shapes not counted.
  uint64_t bytes() const;

  // Under the names that the parts had. Loading replaces what there is.
  void ExchangeState(StateArchive& archive);

 private:
  struct Part {
    ElementType type = ElementType::kU8;
    StateArchive::Shape shape;
    std::vector<std::byte> bytes;
  };

  void ExchangePart(StateArchive& archive, const std::string& name, Part& part);

  std::map<std::string, Part> parts_;
};

// Takes no more than `most_bytes`; what is more is dropped at once.
class StateCopy::Saver final : public StateArchive {
 public:
  explicit Saver(uint64_t most_bytes) : StateArchive(false), most_bytes_(most_bytes) {}

  // None: it was more. Once, after all was named.
  std::optional<StateCopy> Take();
  // Of all that was named, also where that was more.
  uint64_t bytes() const { return bytes_; }

 private:
  // Two of one name are a mistake.
  void Save(const std::string& name, ElementType type, const Shape& shape, const Parts& parts,
            bool copied) override;
  Status Load(const std::string& name, ElementType type, const Shape& shape,
              const Parts& parts) override;
  bool ShapeOf(const std::string& name, Shape* shape) const override;

  const uint64_t most_bytes_;
  uint64_t bytes_ = 0;
  StateCopy copy_;
};

// The copy must outlive it.
class StateCopy::Loader final : public StateArchive {
 public:
  explicit Loader(const StateCopy& copy) : StateArchive(true), copy_(copy) {}

 private:
  void Save(const std::string& name, ElementType type, const Shape& shape, const Parts& parts,
            bool copied) override;
  Status Load(const std::string& name, ElementType type, const Shape& shape,
              const Parts& parts) override;
  bool ShapeOf(const std::string& name, Shape* shape) const override;

  const StateCopy& copy_;
};

}  // namespace hypnos
