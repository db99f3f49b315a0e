// Tokens as OpenAI's models count them: byte pair encoding with the published ranks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace tollway::tokenizer {

enum class Encoding : std::uint8_t {
  o200k_base,   // GPT-4o and newer
  cl100k_base,  // GPT-4, GPT-3.5, text-embedding-3
};

// The encoding of an OpenAI model by its name, with or without "openai/"; of others the newer one,
// whose counts are the nearest there are.
[[nodiscard]] Encoding encoding_of(std::string_view model) noexcept;

// Immutable and thread-safe. Text is UTF-8; bytes that are not are tokens of single bytes or of
// whatever pairs they form. Special tokens ("<|endoftext|>") are text like any other.
class Tokenizer {
 public:
  // The first call for an encoding makes its tables (some 20 ms and 8 MiB); all share them.
  [[nodiscard]] static const Tokenizer& get(Encoding encoding);
  ~Tokenizer();
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // How many tokens `text` is. 20 MB a second and more a core; time grows as n log n at worst.
  [[nodiscard]] std::size_t count(std::string_view text) const;
  // The tokens themselves.
  [[nodiscard]] std::vector<std::uint32_t> encode(std::string_view text) const;

 private:
  struct Parts;
  explicit Tokenizer(Encoding encoding);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tollway::tokenizer
