#include "record/segment_writer.h"

#include <utility>

#include "hypnos/base/check.h"

namespace hypnos {
namespace {

// Long enough to be compressed well, short enough to be held in memory.
constexpr size_t kBlockBytes = size_t{4} << 20;

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::Create(FileSystem& files,
                                                             const std::string& path,
                                                             const session::Header& header,
                                                             int level) {
  HYPNOS_ASSIGN_OR_RETURN(auto file, files.CreateFile(path));
  std::unique_ptr<SegmentWriter> writer(new SegmentWriter(std::move(file), path, level));
  writer->pending_ = SegmentBeginning();
  // A block of its own: who lists segments reads no further.
  writer->Put(header);
  HYPNOS_RETURN_IF_ERROR(writer->Flush());
  return writer;
}

Status SegmentWriter::Add(session::Event event) {
  if (event.has_frame()) {
    HYPNOS_CHECK(!event.frame().difference() && event.frame().pixels().size() <= kMostFrameBytes);
    SubtractFrameBefore(event.mutable_frame());
  }
  // In one block with what waits it might be longer than a block may be.
  if (!block_.empty() && block_.size() + event.frame().pixels().size() > kBlockBytes) {
    HYPNOS_RETURN_IF_ERROR(WriteBlock());
  }
  Put(event);
  return block_.size() >= kBlockBytes ? WriteBlock() : Status();
}

// What does not change in a picture becomes zeroes, which cost next to nothing.
void SegmentWriter::SubtractFrameBefore(session::Frame* frame) {
  session::Frame& before = before_[frame->source()];
  const bool same_size = frame->width() == before.width() && frame->height() == before.height() &&
                         frame->channels() == before.channels() &&
                         frame->pixels().size() == before.pixels().size();
  std::string pixels = frame->pixels();
  if (same_size && !pixels.empty()) {
    const std::string& last = before.pixels();
    std::string& difference = *frame->mutable_pixels();
    for (size_t i = 0; i < pixels.size(); ++i) {
      difference[i] = static_cast<char>(pixels[i] - last[i]);
    }
    frame->set_difference(true);
  }
  before.set_width(frame->width());
  before.set_height(frame->height());
  before.set_channels(frame->channels());
  before.set_pixels(std::move(pixels));
}

// With its length before it, in four bytes, the lowest first.
void SegmentWriter::Put(const google::protobuf::MessageLite& message) {
  const size_t length = message.ByteSizeLong();
  for (size_t i = 0; i < 4; ++i) block_.push_back(static_cast<char>(length >> (8 * i)));
  HYPNOS_CHECK(message.AppendToString(&block_));
}

Status SegmentWriter::WriteBlock() {
  if (!block_.empty()) compressor_.Append(block_, &pending_);
  block_.clear();
  bytes_ += pending_.size();
  Status appended = file_->Append(pending_);
  pending_.clear();
  return appended;
}

Status SegmentWriter::Flush() {
  HYPNOS_RETURN_IF_ERROR(WriteBlock());
  HYPNOS_RETURN_IF_ERROR(file_->Flush());
  flushed_bytes_ = bytes_;
  return {};
}

Status SegmentWriter::Close() {
  HYPNOS_RETURN_IF_ERROR(Flush());
  HYPNOS_RETURN_IF_ERROR(file_->Sync());
  return file_->Close();
}

}  // namespace hypnos
