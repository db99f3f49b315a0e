// The demonstration's models and what they cost.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tollway::demo {

inline constexpr std::string_view provider_name = "Tollway demonstration";

struct Model {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  // 1e-9 dollars a token.
  std::uint64_t prompt_price = 0;
  std::uint64_t completion_price = 0;
};

inline constexpr std::uint64_t context_tokens = 1'048'576;
inline constexpr std::uint64_t completion_tokens_max = 16'384;

[[nodiscard]] std::span<const Model> models() noexcept;
// Null where there is none of that id.
[[nodiscard]] const Model* find_model(std::string_view id) noexcept;

// 1e-9 dollars as an exact decimal, never with an exponent: "0.000012", "0".
[[nodiscard]] std::string dollars(std::uint64_t nanodollars);

}  // namespace tollway::demo
