// From the bytes of a text to the numbers of its symbols.
// A character may be cut in two by the end of one piece and go on in the next. A carriage return
// before a line feed belongs to it. What the alphabet does not have is refused, or becomes the
// symbol that stands for all that is unknown; of bytes that are no UTF-8 each is one unknown
// symbol. A byte order mark at the beginning is no symbol.
// Threads: thread-compatible.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hypnos/base/result.h"
#include "hypnos/sources/alphabet.h"

namespace hypnos {

class TextDecoder {
 public:
  // `name` stands in errors: "'fables.txt'". Without `unknown`, unknown symbols are refused.
  TextDecoder(std::string name, Alphabet alphabet, std::optional<uint8_t> unknown);

  // Where a symbol ends: bytes of the text up to there, and the line of what comes next, from 1.
  struct Place {
    int64_t offset = 0;
    int64_t line = 1;
  };

  // Appends the symbols of the next piece; and to `places`, unless it is null, where each ends.
  // Errors: kInvalidArgument, reason UNKNOWN_SYMBOL, naming text and line; what came before is
  // appended, and nothing can be decoded any more.
  Status Decode(std::string_view piece, std::vector<uint8_t>* symbols,
                std::vector<Place>* places = nullptr);
  // What comes next is the beginning of the text once more, or this place of it: what is unfinished
  // belongs to another.
  void Restart() { Restart(Place()); }
  void Restart(const Place& place);
  // The text is over: what an unfinished character leaves.
  Status Finish(std::vector<uint8_t>* symbols, std::vector<Place>* places = nullptr);

  const Alphabet& alphabet() const { return alphabet_; }
  // Where the next symbol stands, from 1.
  int64_t line() const { return place_.line; }

 private:
  Status DecodeAll(std::string_view bytes, bool last, std::vector<uint8_t>* symbols,
                   std::vector<Place>* places);
  Status Append(std::string_view character, std::vector<uint8_t>* symbols);

  std::string name_;
  Alphabet alphabet_;
  std::optional<uint8_t> unknown_;
  std::string unfinished_;
  bool begins_ = true;
  Place place_;
};

}  // namespace hypnos
