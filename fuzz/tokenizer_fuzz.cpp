// Any bytes become tokens: at least one, at most as many as bytes, and as many as are counted.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "require.hpp"
#include "tokenizer/tokenizer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tollway::fuzz::require;
  using tollway::tokenizer::Encoding;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto encoding : {Encoding::o200k_base, Encoding::cl100k_base}) {
    const auto& tokenizer = tollway::tokenizer::Tokenizer::get(encoding);
    const auto tokens = tokenizer.encode(text);
    require(tokens.size() <= size, "every token takes a byte or more");
    require(tokens.empty() == text.empty(), "every text has tokens");
    require(tokenizer.count(text) == tokens.size(), "as many are counted as there are");
  }
  return 0;
}
