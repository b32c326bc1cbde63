// Values under keys that several processes read and write, each with a revision that is another one
// after each write: who replaces a value says of which revision it thinks that it is, so that of
// several who change the same thing one wins, and the others know. Threads: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "hypnos/base/result.h"

namespace hypnos {

// Keys: words of letters, digits, '-' and '_', with dots between them. Errors of all calls:
// kUnavailable, where the store cannot be asked; whether something was written is not known then.
class Store {
 public:
  struct Entry {
    std::string bytes;
    uint64_t revision = 0;
  };

  virtual ~Store() = default;

  // None: there is none.
  virtual Result<std::optional<Entry>> Get(const std::string& key) = 0;
  // Whatever is there.
  virtual Status Put(const std::string& key, std::string_view bytes) = 0;
  // Where it is still of this revision; 0: where there is none. False: somebody was faster, and
  // nothing is written.
  virtual Result<bool> Replace(const std::string& key, std::string_view bytes,
                               uint64_t revision) = 0;
  // The longest value; 0 where the store cannot be asked.
  virtual size_t most_bytes() const = 0;
};

}  // namespace hypnos
