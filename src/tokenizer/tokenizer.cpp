#include "tokenizer/tokenizer.hpp"

#include <string>

#include "tokenizer/byte_pairs.hpp"
#include "tokenizer/ranks.hpp"
#include "tokenizer/splitter.hpp"

// cmake/ranks.cmake.
extern "C" {
extern const char tollway_o200k_base_begin;
extern const char tollway_o200k_base_end;
extern const char tollway_cl100k_base_begin;
extern const char tollway_cl100k_base_end;
}

namespace tollway::tokenizer {
namespace {

// The patterns are part of the encodings' definition.
constexpr std::string_view o200k_pattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
    R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view cl100k_pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*)"
    R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";

std::string_view ranks_of(Encoding encoding) {
  const auto* const begin =
      encoding == Encoding::o200k_base ? &tollway_o200k_base_begin : &tollway_cl100k_base_begin;
  const auto* const end =
      encoding == Encoding::o200k_base ? &tollway_o200k_base_end : &tollway_cl100k_base_end;
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

struct Tokenizer::Parts {
  explicit Parts(Encoding encoding)
      : ranks(ranks_of(encoding)),
        splitter(encoding == Encoding::o200k_base ? o200k_pattern : cl100k_pattern) {}
  Ranks ranks;
  Splitter splitter;
};

Encoding encoding_of(std::string_view model) noexcept {
  if (model.starts_with("openai/")) model.remove_prefix(7);
  if (model.starts_with("gpt-4o") || model.starts_with("gpt-4.")) return Encoding::o200k_base;
  for (const auto* name : {"gpt-4", "gpt-3.5", "text-embedding-3", "text-embedding-ada"}) {
    if (model.starts_with(name)) return Encoding::cl100k_base;
  }
  return Encoding::o200k_base;
}

Tokenizer::Tokenizer(Encoding encoding) : parts_(std::make_unique<Parts>(encoding)) {}
Tokenizer::~Tokenizer() = default;

const Tokenizer& Tokenizer::get(Encoding encoding) {
  if (encoding == Encoding::cl100k_base) {
    static const Tokenizer cl100k(Encoding::cl100k_base);
    return cl100k;
  }
  static const Tokenizer o200k(Encoding::o200k_base);
  return o200k;
}

std::vector<std::uint32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<std::uint32_t> tokens;
  Splitter::Walk walk(parts_->splitter, text);
  for (auto piece = walk.next(); !piece.empty(); piece = walk.next()) {
    encode_piece(parts_->ranks, piece, tokens);
  }
  return tokens;
}

std::size_t Tokenizer::count(std::string_view text) const {
  std::size_t count = 0;
  std::vector<std::uint32_t> tokens;
  Splitter::Walk walk(parts_->splitter, text);
  for (auto piece = walk.next(); !piece.empty(); piece = walk.next()) {
    tokens.clear();
    encode_piece(parts_->ranks, piece, tokens);
    count += tokens.size();
  }
  return count;
}

}  // namespace tollway::tokenizer
