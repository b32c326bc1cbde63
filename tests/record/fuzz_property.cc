#include "record/fuzz_property.h"

#include "hypnos/record/segment_reader.h"
#include "record/block.h"

namespace hypnos {
namespace {

std::string BrokenBySegment(const std::string& segment) {
  auto reader = SegmentReader::Create(segment, "fuzz");
  if (!reader.ok()) return reader.error().message.empty() ? "an error without a sentence" : "";
  while (true) {
    const auto event = (*reader)->Next();
    if (!event.ok()) return event.error().message.empty() ? "an error without a sentence" : "";
    if (!*event) return "";
    if (!(*event)->has_frame()) continue;
    const session::Frame& frame = (*event)->frame();
    const bool whole =
        frame.symbols().empty() &&
        uint64_t{frame.width()} * frame.height() * frame.channels() == frame.pixels().size();
    if (frame.difference()) return "a frame is left as a difference";
    if (frame.symbols().empty() && !whole) return "a frame has not as many pixels as it says";
  }
}

}  // namespace

std::string BrokenRecordPromise(std::string_view bytes) {
  if (std::string broken = BrokenBySegment(std::string(bytes)); !broken.empty()) return broken;
  if (bytes.empty()) return "";
  // Once more behind the checksums, which no fuzzer guesses: an empty header, then these bytes.
  std::string segment = SegmentBeginning();
  BlockCompressor compressor(1);
  compressor.Append(std::string(4, '\0'), &segment);
  compressor.Append(bytes, &segment);
  return BrokenBySegment(segment);
}

}  // namespace hypnos
