// What a call gives back when the world may say no.
//
// Three forms of failure, kept apart:
//   HYPNOS_CHECK   our own mistake: says where and aborts.
//   Result<T>      the world's: a code to act on, a stable reason for programs and metrics, and a
//                  sentence for people ("camera 'door': no frame for 2 s; retrying in 4 s").
//   a plain value  what is expected, such as the end of a stream.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "hypnos/base/check.h"

namespace hypnos {

// The canonical codes of google.rpc.Code that this program has a use for.
enum class Code {
  kInvalidArgument,     // the caller's words are wrong whatever the state
  kNotFound,            // the named thing is not there
  kFailedPrecondition,  // not now, not in this state
  kOutOfRange,
  kResourceExhausted,
  kUnavailable,  // try again later
  kUnimplemented,
  kDataLoss,  // what was read is damaged
  kPermissionDenied,
  kUnauthenticated,   // who asks is not known
  kDeadlineExceeded,  // it took longer than was allowed
  kCancelled,
  kInternal,
};

// "INVALID_ARGUMENT" and so on.
const char* ToString(Code code);

struct Error {
  Code code = Code::kInternal;
  std::string reason;   // stable, UPPER_SNAKE_CASE, for programs
  std::string message;  // a sentence: what, where, what to do
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Precondition of value(), * and ->: ok().
  T& value() & { return CheckedValue(); }
  const T& value() const& { return const_cast<Result*>(this)->CheckedValue(); }
  T&& value() && { return std::move(CheckedValue()); }
  T& operator*() & { return CheckedValue(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(CheckedValue()); }
  T* operator->() { return &CheckedValue(); }
  const T* operator->() const { return &value(); }

  // Precondition: !ok().
  const Error& error() const {
    HYPNOS_CHECK(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  T& CheckedValue() {
    if (!ok()) internal::Fail(__FILE__, __LINE__, error().message.c_str());
    return *std::get_if<0>(&state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    HYPNOS_CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace hypnos

#define HYPNOS_CONCAT_INNER(a, b) a##b
#define HYPNOS_CONCAT(a, b) HYPNOS_CONCAT_INNER(a, b)

// Hands the error of a Status or Result to the caller.
#define HYPNOS_RETURN_IF_ERROR(expression)                 \
  do {                                                     \
    auto hypnos_status = (expression);                     \
    if (!hypnos_status.ok()) return hypnos_status.error(); \
  } while (false)

// HYPNOS_ASSIGN_OR_RETURN(auto file, Open(path));
#define HYPNOS_ASSIGN_OR_RETURN(left, expression) \
  HYPNOS_ASSIGN_OR_RETURN_INNER(HYPNOS_CONCAT(hypnos_result_, __LINE__), left, expression)
// NOLINTBEGIN(bugprone-macro-parentheses): names to be declared stand in no parentheses
#define HYPNOS_ASSIGN_OR_RETURN_INNER(result, left, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return result.error();                      \
  left = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
