// Cuts text into the pieces that byte pairs are merged within.
#pragma once

#include <memory>
#include <string_view>

namespace tollway::tokenizer {

// A regular expression by PCRE2, compiled to machine code. Immutable and thread-safe.
class Splitter {
 public:
  // `pattern` must compile: it is one of the program's own. \s and properties mean what they mean
  // to the original implementation (pattern.hpp).
  explicit Splitter(std::string_view pattern);
  ~Splitter();
  Splitter(const Splitter&) = delete;
  Splitter& operator=(const Splitter&) = delete;

  struct Code;
  // Walks over one text. Belongs to one thread.
  class Walk {
   public:
    Walk(const Splitter& splitter, std::string_view text);
    ~Walk();
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    // The next piece; empty at the end. A byte that is no UTF-8 is a piece of its own, and ends the
    // text before it.
    [[nodiscard]] std::string_view next();

   private:
    struct Match;
    const Splitter& splitter_;
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t valid_until_ = 0;  // text_ is UTF-8 from at_ to here
    const Code* code_ = nullptr;   // for the characters from at_ to here
    std::unique_ptr<Match> match_;
  };

 private:
  std::unique_ptr<Code> usual_;  // for texts of Characters::usual
  std::unique_ptr<Code> all_;
};

}  // namespace tollway::tokenizer
