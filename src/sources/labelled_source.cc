#include "sources/labelled_source.h"

#include <utility>

#include "sources/label_table.h"
#include "sources/named_error.h"
#include "sources/regular_file.h"

namespace hypnos {
namespace {

// Says of another source's frames what they show.
class LabelledSource : public Source {
 public:
  explicit LabelledSource(std::unique_ptr<Source> source) : source_(std::move(source)) {}

  bool GoOn(const SourcePlace& place) override { return source_->GoOn(place); }
  bool live() const override { return source_->live(); }
  std::optional<int64_t> frame_count() const override { return source_->frame_count(); }
  int64_t unreadable_frames() const override { return source_->unreadable_frames(); }
  std::string Describe() const override { return source_->Describe(); }
  SourceHealth health() const override { return source_->health(); }
  GateCounts gate_counts() const override { return source_->gate_counts(); }
  void Interrupt() override { source_->Interrupt(); }

 protected:
  Source& source() { return *source_; }

 private:
  std::unique_ptr<Source> source_;
};

class LabelledByName final : public LabelledSource {
 public:
  LabelledByName(std::unique_ptr<Source> source, size_t label)
      : LabelledSource(std::move(source)), label_(label) {}

  Result<FrameOrEnd> Next() override {
    Result<FrameOrEnd> next = source().Next();
    if (next.ok()) {
      if (auto* frame = std::get_if<Frame>(&*next)) frame->label = label_;
    }
    return next;
  }

 private:
  const size_t label_;
};

class LabelledByFile final : public LabelledSource {
 public:
  LabelledByFile(std::unique_ptr<Source> source, SourceIdentity identity, LabelTable table)
      : LabelledSource(std::move(source)),
        identity_(std::move(identity)),
        table_(std::move(table)) {}

  Result<FrameOrEnd> Next() override {
    if (failure_) return *failure_;
    HYPNOS_ASSIGN_OR_RETURN(FrameOrEnd next, source().Next());
    auto* frame = std::get_if<Frame>(&next);
    const bool begins = frame != nullptr && frame->index <= last_;
    if (begins || frame == nullptr) HYPNOS_RETURN_IF_ERROR(EndRound());
    if (frame != nullptr) {
      frame->label = table_.At(frame->index);
      last_ = frame->index;
    }
    return next;
  }

 private:
  // Frames that could not be decoded have labels, too, and may have been the last ones.
  Status EndRound() {
    const Status checked = table_.CheckEnd(last_ + unreadable_frames());
    if (!checked.ok()) failure_ = InSource(identity_, checked.error());
    if (failure_) return *failure_;
    return {};
  }

  const SourceIdentity identity_;
  const LabelTable table_;
  int64_t last_ = -1;
  std::optional<Error> failure_;
};

Result<std::unique_ptr<Source>> Open(std::unique_ptr<Source> source, const SourceIdentity& identity,
                                     const LabelOptions& options) {
  if (options.from == LabelOptions::From::kName) {
    HYPNOS_ASSIGN_OR_RETURN(const size_t label, FindLabel(options.text, options.classes));
    return std::unique_ptr<Source>(std::make_unique<LabelledByName>(std::move(source), label));
  }
  HYPNOS_ASSIGN_OR_RETURN(const std::string text, ReadRegularFile(options.text));
  HYPNOS_ASSIGN_OR_RETURN(LabelTable table, LabelTable::Parse(text, options.text, options.classes));
  return std::unique_ptr<Source>(
      std::make_unique<LabelledByFile>(std::move(source), identity, std::move(table)));
}

}  // namespace

Result<std::unique_ptr<Source>> LabelFrames(std::unique_ptr<Source> source,
                                            const SourceIdentity& identity,
                                            const LabelOptions& options) {
  auto labelled = Open(std::move(source), identity, options);
  if (!labelled.ok()) return InSource(identity, labelled.error());
  return labelled;
}

}  // namespace hypnos
