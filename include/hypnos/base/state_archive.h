// What an object must not forget, part by part and by name: to be saved, and to be loaded into an
// object that was made from the same options.
//
// A class that lasts from step to step names its parts once, for both directions:
//   void ExchangeState(StateArchive& archive) {
//     archive.Number("steps", steps_);
//     archive.Values("mean", std::span(mean_), {mean_.size()});
//   }
// Saving takes what stands there, and changes nothing. Loading puts there what was saved; what does
// not fit (is missing, or of another type or shape) stays as it is and is an error of the whole:
// see status(). Whoever loads makes an object for it and throws that away where it fails. Shapes
// are those of the object that loads: a list whose length is not given by options is counted first
// (Count) and resized. Threads: thread-compatible; nothing may change the object meanwhile.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/base/rng.h"

namespace hypnos {

enum class ElementType { kF32, kF64, kF16, kBF16, kI64, kU64, kU8 };

// In bytes.
size_t SizeOf(ElementType type);

class StateArchive {
 public:
  using Shape = std::vector<uint64_t>;
  // A tensor's bytes, which may lie in several places: one after the other they are all of it.
  using Parts = std::vector<std::span<std::byte>>;

  virtual ~StateArchive() = default;

  bool loading() const { return loading_; }
  // The first thing that did not fit. kFailedPrecondition, reason STATE_DOES_NOT_FIT.
  const Status& status() const { return status_; }
  // What was loaded makes no sense to whoever names it.
  void Refuse(std::string_view name, const std::string& why);

  // Names that are exchanged while it lives begin with its own and a dot.
  class Scope {
   public:
    Scope(StateArchive& archive, std::string_view name);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    StateArchive& archive_;
    size_t length_;
  };

  // Scalars are copied at once.
  void Number(std::string_view name, bool& value);
  void Number(std::string_view name, float& value);
  void Number(std::string_view name, double& value);
  void Number(std::string_view name, int64_t& value);
  void Number(std::string_view name, uint64_t& value);
  void Number(std::string_view name, int& value);
  void Number(std::string_view name, std::optional<size_t>& value);
  void Number(std::string_view name, std::optional<double>& value);
  void Generator(std::string_view name, Rng& value);
  // At most kLongestText bytes.
  void Text(std::string_view name, std::string& value);
  static constexpr uint64_t kLongestText = 1 << 20;

  // Loading: whether something of this name was saved, and of which shape: for what may be left
  // out, and for lists whose elements differ in length.
  std::optional<Shape> SavedShape(std::string_view name) const;

  // Loading: what was saved under the names of this scope is not wanted, all or the rest of it.
  void PassOver() { PassOverAll(prefix_); }

  // How many follow: `count`, or what was saved, which is refused where it is more than `most`.
  size_t Count(std::string_view name, size_t count, size_t most);

  // Many values, which must stay as they are until they are written.
  void Values(std::string_view name, std::span<float> values, const Shape& shape);
  void Values(std::string_view name, std::span<double> values, const Shape& shape);
  void Values(std::string_view name, std::span<uint64_t> values, const Shape& shape);
  void Values(std::string_view name, std::span<uint8_t> values, const Shape& shape);
  // Half precision, or bfloat16.
  void Halves(std::string_view name, std::span<uint16_t> values, const Shape& shape,
              ElementType type = ElementType::kF16);
  // Of values that lie in several places.
  void Tensor(std::string_view name, ElementType type, const Shape& shape, const Parts& parts);

 protected:
  explicit StateArchive(bool loading) : loading_(loading) {}

  // `name` is the whole name. Saving: `copied` parts do not outlive the call.
  virtual void Save(const std::string& name, ElementType type, const Shape& shape,
                    const Parts& parts, bool copied) = 0;
  // Errors: kFailedPrecondition where there is none, or another one.
  virtual Status Load(const std::string& name, ElementType type, const Shape& shape,
                      const Parts& parts) = 0;

 private:
  // Only who asks whether all was read needs to know. `prefix`: ends with a dot, or is empty.
  virtual void PassOverAll(const std::string& /*prefix*/) {}
  // Fills `shape` with what is there. False: there is none.
  virtual bool ShapeOf(const std::string& name, Shape* shape) const = 0;

  void Exchange(std::string_view name, ElementType type, const Shape& shape, const Parts& parts,
                bool copied);
  template <class T>
  void Scalar(std::string_view name, ElementType type, T& value);
  std::string WholeName(std::string_view name) const;

  const bool loading_;
  std::string prefix_;
  Status status_;
};

}  // namespace hypnos
