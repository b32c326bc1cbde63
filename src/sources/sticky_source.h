// A source that, once it has ended or failed, says so for ever, and that puts its name before every
// error.
#pragma once

#include <optional>
#include <utility>

#include "hypnos/sources/source.h"
#include "sources/named_error.h"

namespace hypnos {

class StickySource : public Source {
 public:
  explicit StickySource(SourceIdentity identity) : identity_(std::move(identity)) {}

  Result<FrameOrEnd> Next() final {
    if (end_) return *end_;
    Result<FrameOrEnd> next = Advance();
    if (!next.ok()) next = InSource(identity_, next.error());
    if (!next.ok() || std::holds_alternative<EndOfStream>(*next)) end_ = next;
    return next;
  }

 protected:
  const SourceIdentity& identity() const { return identity_; }

 private:
  // As Next, but not called again after the end or an error.
  virtual Result<FrameOrEnd> Advance() = 0;

  const SourceIdentity identity_;
  std::optional<Result<FrameOrEnd>> end_;
};

}  // namespace hypnos
