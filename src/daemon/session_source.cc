#include "daemon/session_source.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "hypnos/config/load.h"
#include "hypnos/record/session_reader.h"

namespace hypnos {
namespace {

Error Named(const SourceIdentity& identity, Error error) {
  error.message = Format("source '{}': {}", Printable(identity.name), error.message);
  return error;
}

// Of that time, in the order of their places. A configuration that cannot be read has none.
std::vector<std::string> RecordedClasses(const session::Header& header) {
  const auto config = config::Parse(header.configuration(), header.session());
  if (!config.ok()) return {};
  return {config->labels().classes().begin(), config->labels().classes().end()};
}

// Where each class of that time stands now.
std::vector<std::optional<size_t>> PlacesNow(const std::vector<std::string>& recorded,
                                             const std::vector<std::string>& classes) {
  std::vector<std::optional<size_t>> places;
  for (const std::string& name : recorded) {
    const auto found = std::ranges::find(classes, name);
    places.emplace_back();
    if (found != classes.end()) places.back() = static_cast<size_t>(found - classes.begin());
  }
  return places;
}

class SessionSource final : public Source {
 public:
  SessionSource(SourceIdentity identity, SessionSourceOptions options,
                std::unique_ptr<SessionReader> reader)
      : identity_(std::move(identity)),
        options_(std::move(options)),
        reader_(std::move(reader)),
        places_(PlacesNow(RecordedClasses(reader_->header()), options_.classes)) {}

  Result<FrameOrEnd> Next() override {
    if (error_) return *error_;
    Result<FrameOrEnd> next = Advance();
    if (next.ok()) return next;
    error_ = Named(identity_, next.error());
    return *error_;
  }

  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return {}; }
  int64_t unreadable_frames() const override { return unreadable_; }
  std::string Describe() const override {
    return Format("session '{}'{}", reader_->folder().path,
                  options_.source.empty() ? "" : Format(", source '{}'", options_.source));
  }

 private:
  Result<FrameOrEnd> Advance() {
    while (true) {
      auto event = reader_->Next();
      if (!event.ok()) {
        if (event.error().code == Code::kResourceExhausted) return event.error();
        ++unreadable_;
        lost_ = true;
        continue;
      }
      if (!*event) return AtEnd();
      if ((*event)->has_missing()) lost_ = true;
      if (!(*event)->has_frame()) continue;
      HYPNOS_ASSIGN_OR_RETURN(const bool ours, IsOurs((*event)->frame().source()));
      if (ours) return Given(FrameOf((*event)->frame()));
    }
  }

  Result<FrameOrEnd> AtEnd() const {
    if (!name_.empty() || options_.source.empty()) return FrameOrEnd(EndOfStream{});
    return Error{Code::kInvalidArgument, "SESSION_SOURCES",
                 Format("the session has no frame of a source '{}'", Printable(options_.source))};
  }

  Result<bool> IsOurs(const std::string& source) {
    if (!options_.source.empty() && source != options_.source) return false;
    if (name_.empty()) name_ = source;
    if (source == name_) return true;
    return Error{Code::kInvalidArgument, "SESSION_SOURCES",
                 Format("the session has several sources, '{}' and '{}' among them: say which with "
                        "session.source",
                        Printable(name_), Printable(source))};
  }

  Result<FrameOrEnd> Given(Frame frame) {
    if (frame.label) {
      frame.label = *frame.label < places_.size() ? places_[*frame.label] : std::nullopt;
    }
    HYPNOS_RETURN_IF_ERROR(CheckFrame(frame, options_.rules));
    frame.learn = frame.learn && identity_.learn;
    if (std::exchange(lost_, false)) {
      frame.discontinuity = Stronger(frame.discontinuity, Discontinuity::kGap);
    }
    // Of a session that has lost its beginning, too.
    if (std::exchange(first_, false)) frame.discontinuity = Discontinuity::kStart;
    return FrameOrEnd(std::move(frame));
  }

  const SourceIdentity identity_;
  const SessionSourceOptions options_;
  const std::unique_ptr<SessionReader> reader_;
  const std::vector<std::optional<size_t>> places_;
  std::string name_;  // of whose frames these are; empty before the first one
  bool lost_ = false;
  bool first_ = true;
  std::atomic<int64_t> unreadable_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::unique_ptr<Source>> OpenSessionSource(FileSystem& files, const SourceIdentity& identity,
                                                  const SessionSourceOptions& options) {
  auto reader = SessionReader::Open(files, options.path);
  if (!reader.ok()) return Named(identity, reader.error());
  return std::unique_ptr<Source>(
      std::make_unique<SessionSource>(identity, options, *std::move(reader)));
}

}  // namespace hypnos
