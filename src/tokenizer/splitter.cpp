#include "tokenizer/splitter.hpp"

#include <cstdint>
#include <cstring>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/log.hpp"
#include "tokenizer/pattern.hpp"

namespace tollway::tokenizer {
namespace {

// The size of the well-formed character that `text` begins with (Unicode, table 3-7), 0 for none.
std::size_t character_size(std::string_view text) {
  const auto byte = [text](std::size_t at) -> unsigned {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
  };
  const auto follows = [&](std::size_t at, unsigned low = 0x80, unsigned high = 0xBF) {
    return byte(at) >= low && byte(at) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// The well-formed character of that size.
char32_t decode(std::string_view character) {
  const auto bits = [&](std::size_t at) -> char32_t {
    return static_cast<unsigned char>(character[at]) & 0x3FU;
  };
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 3) return (lead & 0x0FU) << 12U | bits(1) << 6U | bits(2);
  if (character.size() == 4) {
    return (lead & 0x07U) << 18U | bits(1) << 12U | bits(2) << 6U | bits(3);
  }
  return lead;  // no character of one or two bytes is unusual, whichever it is
}

struct WellFormed {
  std::size_t size = 0;  // in bytes
  Characters characters = Characters::usual;
};

// The well-formed characters that `text` begins with.
WellFormed well_formed(std::string_view text) {
  WellFormed found;
  std::size_t& at = found.size;
  while (at < text.size()) {
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080'8080'8080'8080U) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const auto size = character_size(text.substr(at));
    if (size == 0) break;
    if (is_unusual(decode(text.substr(at, size)))) found.characters = Characters::all;
    at += size;
  }
  return found;
}

}  // namespace

struct Splitter::Code {
  pcre2_code* compiled = nullptr;
  bool has_machine_code = false;

  explicit Code(const std::string& pattern) {
    int error = 0;
    std::size_t offset = 0;
    compiled = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                             PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED, &error, &offset, nullptr);
    if (compiled == nullptr) {
      log::error("the tokenizer's pattern is refused at offset {} ({})", offset, error);
      return;
    }
    // Where the system forbids it, matching is only slower.
    has_machine_code = pcre2_jit_compile(compiled, PCRE2_JIT_COMPLETE) == 0;
  }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  // From `at` in well-formed text. The machine code has a stack of its own, which some text may
  // exhaust; the interpreter takes from the heap.
  int match(std::string_view text, std::size_t at, pcre2_match_data* data) const {
    const auto* const begin = reinterpret_cast<PCRE2_SPTR>(text.data());
    int found = 0;
    if (has_machine_code) {
      found = pcre2_jit_match(compiled, begin, text.size(), at, PCRE2_NO_UTF_CHECK, data, nullptr);
    }
    if (found <= 0) {
      found = pcre2_match(compiled, begin, text.size(), at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data,
                          nullptr);
    }
    return found;
  }

  ~Code() { pcre2_code_free(compiled); }
};

struct Splitter::Walk::Match {
  pcre2_match_data* data = nullptr;
  ~Match() { pcre2_match_data_free(data); }
};

Splitter::Splitter(std::string_view pattern)
    : usual_(std::make_unique<Code>(pcre2_pattern(pattern, Characters::usual))),
      all_(std::make_unique<Code>(pcre2_pattern(pattern, Characters::all))) {}

Splitter::~Splitter() = default;

Splitter::Walk::Walk(const Splitter& splitter, std::string_view text)
    : splitter_(splitter), text_(text), match_(std::make_unique<Match>()) {
  match_->data = pcre2_match_data_create(1, nullptr);
}

Splitter::Walk::~Walk() = default;

std::string_view Splitter::Walk::next() {
  if (at_ == text_.size()) return {};
  if (at_ == valid_until_) {
    const auto ahead = well_formed(text_.substr(at_));
    valid_until_ += ahead.size;
    code_ = ahead.characters == Characters::usual ? splitter_.usual_.get() : splitter_.all_.get();
  }
  if (at_ == valid_until_) {
    ++valid_until_;
    return text_.substr(at_++, 1);
  }
  const int found = code_->match(text_.substr(0, valid_until_), at_, match_->data);
  // The patterns match everything; where the engine gives up, the rest is one piece.
  const auto end = found > 0 ? pcre2_get_ovector_pointer(match_->data)[1] : valid_until_;
  const auto piece = text_.substr(at_, end - at_);
  at_ = end;
  return piece;
}

}  // namespace tollway::tokenizer
