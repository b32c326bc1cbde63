#include "hypnos/sources/text_source.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "hypnos/base/format.h"
#include "hypnos/base/log.h"
#include "hypnos/base/printable.h"
#include "hypnos/sources/text_decoder.h"
#include "sources/frame_stamp.h"
#include "sources/growing_text.h"
#include "sources/regular_file.h"
#include "sources/sticky_source.h"

namespace hypnos {
namespace {

Error Bad(const char* reason, std::string message) {
  return {Code::kInvalidArgument, reason, std::move(message)};
}

std::string NameOf(const TextSourceOptions& options) {
  return options.path == "-" ? "the standard input" : Format("'{}'", Printable(options.path));
}

Result<TextDecoder> MakeDecoder(const TextSourceOptions& options) {
  HYPNOS_ASSIGN_OR_RETURN(
      Alphabet alphabet,
      Alphabet::Create(options.alphabet.empty() ? kDefaultAlphabet
                                                : std::string_view(options.alphabet)));
  std::optional<uint8_t> unknown;
  if (!options.unknown.empty()) {
    unknown = alphabet.NumberOf(options.unknown);
    if (!unknown) {
      return Bad("ALPHABET", Format("'{}' cannot stand for unknown symbols: it is none of the "
                                    "alphabet itself",
                                    Printable(options.unknown)));
    }
  }
  return TextDecoder(NameOf(options), std::move(alphabet), unknown);
}

Frame FrameOf(FrameStamp& stamp, std::vector<uint8_t> symbols) {
  Frame frame = stamp.Stamp(Image(), std::chrono::seconds(stamp.index()));
  frame.symbols = std::move(symbols);
  return frame;
}

// All of a file at once.
class TextFileSource final : public StickySource {
 public:
  TextFileSource(const SourceIdentity& identity, const TextSourceOptions& options,
                 std::vector<uint8_t> symbols)
      : StickySource(identity),
        options_(options),
        symbols_(std::move(symbols)),
        part_(symbols_.size() / options.readers),
        stamp_(identity) {}

  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override {
    if (options_.rounds == 0) return std::nullopt;
    return static_cast<int64_t>(part_) * options_.rounds;
  }
  std::string Describe() const override {
    return Format("text {}, {} symbols, {} {}", NameOf(options_), symbols_.size(), options_.readers,
                  options_.readers == 1 ? "reader" : "readers");
  }

 private:
  Result<FrameOrEnd> Advance() override {
    if (next_ == part_) {
      if (++rounds_read_ == options_.rounds) return FrameOrEnd(EndOfStream{});
      next_ = 0;
      stamp_.BeginRound();
    }
    std::vector<uint8_t> now(options_.readers);
    for (size_t reader = 0; reader < now.size(); ++reader) {
      now[reader] = symbols_[reader * part_ + next_];
    }
    ++next_;
    return FrameOrEnd(FrameOf(stamp_, std::move(now)));
  }

  const TextSourceOptions options_;
  const std::vector<uint8_t> symbols_;
  const size_t part_;  // symbols of each reader
  FrameStamp stamp_;
  size_t next_ = 0;
  uint64_t rounds_read_ = 0;
};

class GrowingTextSource final : public StickySource {
 public:
  GrowingTextSource(const SourceIdentity& identity, const TextSourceOptions& options,
                    GrowingText text, TextDecoder decoder)
      : StickySource(identity),
        options_(options),
        text_(std::move(text)),
        decoder_(std::move(decoder)),
        stamp_(identity) {}

  // It can wait: what is not read yet stays where it is.
  bool live() const override { return false; }
  std::optional<int64_t> frame_count() const override { return std::nullopt; }
  std::string Describe() const override {
    return Format("text {}{}", NameOf(options_), options_.follow ? ", followed" : "");
  }
  void Interrupt() override { text_.Interrupt(); }
  bool GoOn(const SourcePlace& place) override {
    if (!options_.follow || !place.file) return false;
    if (!text_.GoOn(*place.file)) {
      log::Warning(
          "source '{}': {} is not the text any more that was read before: it is read from its "
          "beginning",
          identity().name, NameOf(options_));
      return false;
    }
    decoder_.Restart({place.file->offset, place.file->line});
    stamp_.GoOn(place.index);
    return true;
  }

 private:
  Result<FrameOrEnd> Advance() override {
    while (next_ == symbols_.size()) {
      if (!readable_.ok()) return readable_.error();
      if (interrupted_) return FrameOrEnd(EndOfStream{});
      if (ended_ && stamp_.index() == 0) {
        return Bad("EMPTY_TEXT", Format("{} has no symbol", NameOf(options_)));
      }
      if (ended_) return FrameOrEnd(EndOfStream{});
      // The symbols before one that is wrong come first.
      readable_ = ReadOn();
    }
    Frame frame = FrameOf(stamp_, {symbols_[next_]});
    frame.place = PlaceBehind(next_++);
    return FrameOrEnd(std::move(frame));
  }

  std::shared_ptr<const SourcePlace> PlaceBehind(size_t symbol) const {
    if (!options_.follow || symbol >= places_.size()) return nullptr;
    SourcePlace place = {.file = text_.PlaceAt(places_[symbol].offset), .index = stamp_.index()};
    if (!place.file) return nullptr;
    place.file->line = places_[symbol].line;
    return std::make_shared<const SourcePlace>(std::move(place));
  }

  Status ReadOn() {
    symbols_.clear();
    places_.clear();
    next_ = 0;
    HYPNOS_ASSIGN_OR_RETURN(const GrowingText::Piece piece, text_.Read());
    interrupted_ = piece.interrupted;
    if (interrupted_) return {};
    ended_ = piece.is_end();
    if (piece.joint != Joint::kGoesOn) HYPNOS_RETURN_IF_ERROR(BeginAnother(piece.joint));
    return ended_ ? decoder_.Finish(&symbols_) : decoder_.Decode(piece.bytes, &symbols_, &places_);
  }

  // Of one that was replaced nothing is missing, and so it goes on.
  Status BeginAnother(Joint joint) {
    const bool goes_on = joint == Joint::kReplaced;
    log::Info("source '{}': {} {}", identity().name, NameOf(options_),
              goes_on ? "has been replaced and was read to its end: going on with the file in its "
                        "place"
                      : "has been emptied and begun anew: what was not read before is lost");
    if (goes_on) HYPNOS_RETURN_IF_ERROR(decoder_.Finish(&symbols_, &places_));
    decoder_.Restart();
    if (!goes_on) stamp_.Skip();
    return {};
  }

  const TextSourceOptions options_;
  GrowingText text_;
  TextDecoder decoder_;
  FrameStamp stamp_;
  std::vector<uint8_t> symbols_;  // of the last piece
  std::vector<TextDecoder::Place> places_;
  size_t next_ = 0;
  Status readable_;
  bool ended_ = false;
  bool interrupted_ = false;
};

Result<std::unique_ptr<Source>> OpenGrowing(const SourceIdentity& identity,
                                            const TextSourceOptions& options, TextDecoder decoder) {
  if (options.readers != 1 || options.rounds != 1) {
    return Bad("BAD_OPTION",
               Format("{} is read as it comes: by one reader, once", NameOf(options)));
  }
  HYPNOS_ASSIGN_OR_RETURN(GrowingText text, GrowingText::Open(options.path, options.follow));
  return std::unique_ptr<Source>(
      std::make_unique<GrowingTextSource>(identity, options, std::move(text), std::move(decoder)));
}

Result<std::unique_ptr<Source>> OpenWhole(const SourceIdentity& identity,
                                          const TextSourceOptions& options, TextDecoder decoder) {
  HYPNOS_ASSIGN_OR_RETURN(const std::string bytes, ReadRegularFile(options.path));
  std::vector<uint8_t> symbols;
  HYPNOS_RETURN_IF_ERROR(decoder.Decode(bytes, &symbols));
  HYPNOS_RETURN_IF_ERROR(decoder.Finish(&symbols));
  if (symbols.size() < options.readers) {
    return Bad("EMPTY_TEXT", Format("{} has {} symbols, which is not one for each of {} readers",
                                    NameOf(options), symbols.size(), options.readers));
  }
  return std::unique_ptr<Source>(
      std::make_unique<TextFileSource>(identity, options, std::move(symbols)));
}

Result<std::unique_ptr<Source>> Open(const SourceIdentity& identity,
                                     const TextSourceOptions& options) {
  if (options.readers == 0) return Bad("BAD_OPTION", "readers must be above 0");
  HYPNOS_ASSIGN_OR_RETURN(TextDecoder decoder, MakeDecoder(options));
  if (IsReadAsItComes(options)) return OpenGrowing(identity, options, std::move(decoder));
  return OpenWhole(identity, options, std::move(decoder));
}

}  // namespace

Result<std::unique_ptr<Source>> OpenTextSource(const SourceIdentity& identity,
                                               const TextSourceOptions& options) {
  auto source = Open(identity, options);
  if (!source.ok()) return InSource(identity, source.error());
  return source;
}

}  // namespace hypnos
