#include "hypnos/record/segment_reader.h"

#include <new>
#include <utility>

#include "hypnos/base/format.h"
#include "hypnos/base/printable.h"
#include "record/block.h"
#include "record/segment_writer.h"

namespace hypnos {
namespace {

constexpr size_t kLengthBytes = 4;

size_t LengthAt(std::string_view bytes) {
  size_t length = 0;
  for (size_t i = kLengthBytes; i-- > 0;) length = length << 8 | static_cast<uint8_t>(bytes[i]);
  return length;
}

constexpr uint32_t kLongestSide = 1 << 16;
// Of all sources of a segment together, of each the last picture.
constexpr uint64_t kMostRemembered = uint64_t{1} << 30;

// Empty where it is as it must be.
std::string WrongWith(const session::Frame& frame) {
  if (!session::Frame::Discontinuity_IsValid(frame.discontinuity()) ||
      !session::Frame::Gate_IsValid(frame.gate())) {
    return "a frame is of a kind that is not known";
  }
  const int kinds = (frame.pixels().empty() ? 0 : 1) + (frame.symbols().empty() ? 0 : 1) +
                    (frame.readings().empty() ? 0 : 1);
  if (kinds != 1) return "a frame has either pixels, symbols or readings";
  if (frame.width() > kLongestSide || frame.height() > kLongestSide) {
    return "a frame is larger than any";
  }
  const uint64_t values =
      uint64_t{frame.width()} * frame.height() * (frame.channels() <= 3 ? frame.channels() : 0);
  const bool sensible = frame.channels() == 1 || frame.channels() == 3;
  if (!frame.pixels().empty() && (!sensible || values != frame.pixels().size())) {
    return "a frame has not as many pixels as it says";
  }
  return "";
}

}  // namespace

SegmentReader::SegmentReader(std::string bytes, const std::string& name)
    : bytes_(std::move(bytes)), name_(name), blocks_(std::make_unique<BlockReader>(bytes_, name)) {}

SegmentReader::~SegmentReader() = default;

Error SegmentReader::Damaged(const std::string& how) const {
  return {Code::kDataLoss, "SEGMENT_DAMAGED", Format("'{}' is damaged: {}", Printable(name_), how)};
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::Create(std::string bytes,
                                                             const std::string& name) {
  std::unique_ptr<SegmentReader> reader(new SegmentReader(std::move(bytes), name));
  HYPNOS_RETURN_IF_ERROR(reader->ReadHeader());
  return reader;
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(FileSystem& files,
                                                           const std::string& path) {
  HYPNOS_ASSIGN_OR_RETURN(std::string bytes, files.ReadFile(path));
  return Create(std::move(bytes), path);
}

Status SegmentReader::ReadHeader() {
  HYPNOS_ASSIGN_OR_RETURN(const auto message, NextMessage());
  if (!message) {
    return Error{Code::kDataLoss, "SEGMENT_CUT_OFF",
                 Format("'{}' ends before it has begun", Printable(name_))};
  }
  if (!header_.ParseFromArray(message->data(), static_cast<int>(message->size()))) {
    return Damaged("its header is none");
  }
  return {};
}

Result<std::optional<session::Event>> SegmentReader::Next() {
  if (error_) return *error_;
  auto event = ReadNext();
  if (!event.ok()) error_ = event.error();
  return event;
}

Result<std::optional<session::Event>> SegmentReader::ReadNext() try {
  HYPNOS_ASSIGN_OR_RETURN(const auto message, NextMessage());
  if (!message) return std::optional<session::Event>();
  session::Event event;
  if (!event.ParseFromArray(message->data(), static_cast<int>(message->size()))) {
    return Damaged("an event is none");
  }
  if (event.kind_case() == session::Event::KIND_NOT_SET) {
    return Damaged("an event is of a kind that is not known");
  }
  if (event.has_frame()) HYPNOS_RETURN_IF_ERROR(Restore(event.mutable_frame()));
  return std::optional(std::move(event));
} catch (const std::bad_alloc&) {
  return Error{Code::kResourceExhausted, "OUT_OF_MEMORY",
               Format("there is not enough memory to read '{}'", Printable(name_))};
}

Result<std::optional<std::string_view>> SegmentReader::NextMessage() {
  if (at_ == block_.size()) {
    HYPNOS_ASSIGN_OR_RETURN(auto block, blocks_->Next());
    if (!block) return std::optional<std::string_view>();
    block_ = *std::move(block);
    at_ = 0;
  }
  const std::string_view rest = std::string_view(block_).substr(at_);
  if (rest.size() < kLengthBytes) return Damaged("a block ends within an event");
  const size_t length = LengthAt(rest);
  if (rest.size() - kLengthBytes < length) return Damaged("a block ends within an event");
  at_ += kLengthBytes + length;
  return std::optional(rest.substr(kLengthBytes, length));
}

Status SegmentReader::Restore(session::Frame* frame) {
  if (const std::string wrong = WrongWith(*frame); !wrong.empty()) return Damaged(wrong);
  session::Frame& before = before_[frame->source()];
  if (frame->difference()) {
    if (frame->width() != before.width() || frame->height() != before.height() ||
        frame->pixels().size() != before.pixels().size()) {
      return Damaged("a frame differs from one that is not there");
    }
    const std::string& last = before.pixels();
    std::string& pixels = *frame->mutable_pixels();
    for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<char>(pixels[i] + last[i]);
    frame->set_difference(false);
  }
  remembered_ += frame->pixels().size() - before.pixels().size();
  if (remembered_ > kMostRemembered) return Damaged("its sources have larger frames than any");
  before.set_width(frame->width());
  before.set_height(frame->height());
  before.set_pixels(frame->pixels());
  return {};
}

}  // namespace hypnos
