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

  // Appends the symbols of the next piece.
  // Errors: kInvalidArgument, reason UNKNOWN_SYMBOL, naming text and line; what came before is
  // appended, and nothing can be decoded any more.
  Status Decode(std::string_view piece, std::vector<uint8_t>* symbols);
  // What comes next is the beginning of the text once more: what is unfinished belongs to another.
  void Restart();
  // The text is over: what an unfinished character leaves.
  Status Finish(std::vector<uint8_t>* symbols);

  const Alphabet& alphabet() const { return alphabet_; }
  // Where the next symbol stands, from 1.
  int64_t line() const { return line_; }

 private:
  Status DecodeAll(std::string_view bytes, bool last, std::vector<uint8_t>* symbols);
  Status Append(std::string_view character, std::vector<uint8_t>* symbols);

  std::string name_;
  Alphabet alphabet_;
  std::optional<uint8_t> unknown_;
  std::string unfinished_;
  bool begins_ = true;
  int64_t line_ = 1;
};

}  // namespace hypnos
