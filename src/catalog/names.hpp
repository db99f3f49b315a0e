// How model names are written, and what their parts mean (wire.md 4.6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tollway::catalog {

inline constexpr std::size_t name_bytes_max = 256;

enum class Variant : std::uint8_t { free, extended, thinking, batch, nitro, floor, exacto, online };

// A set of variants.
struct Variants {
  std::uint8_t bits = 0;
  void add(Variant variant) noexcept {
    bits = static_cast<std::uint8_t>(bits | 1U << static_cast<unsigned>(variant));
  }
  [[nodiscard]] bool has(Variant variant) const noexcept {
    return (bits >> static_cast<unsigned>(variant) & 1U) != 0;
  }
  bool operator==(const Variants&) const = default;
};

// Cuts a variant off the end of `name` ("a/b:nitro") and returns it; nullopt where there is none.
[[nodiscard]] std::optional<Variant> cut_variant(std::string_view& name) noexcept;
// Variants that steer routing and name no other model: nitro, floor, exacto, online. The others are
// static, with rows of their own at prices of their own: "a/b:free" is never "a/b".
[[nodiscard]] bool is_dynamic(Variant variant) noexcept;

// Cuts "@preset/..." off the end and returns it; empty where there is none.
[[nodiscard]] std::string_view cut_preset(std::string_view& name) noexcept;

// "anthropic/claude-3.5-sonnet" and "Anthropic/claude-3-5_sonnet" alike: lower case, "-" for "."
// and
// "_".
[[nodiscard]] std::string folded(std::string_view name);
// Without a date or "-latest" at the end: "-20250929", "-2024-08-06", "-0528"; variants stay off.
[[nodiscard]] std::string_view undated(std::string_view name) noexcept;

// "openai" of "openai/gpt-4o" and "~openai/gpt-latest"; empty where there is none.
[[nodiscard]] std::string_view author_of(std::string_view id) noexcept;
// Behind the author: "gpt-4o".
[[nodiscard]] std::string_view bare_name(std::string_view id) noexcept;
// The author under which a provider's own models are known: "x-ai" for "xai"; the key itself where
// it makes none.
[[nodiscard]] std::string_view author_of_provider(std::string_view provider) noexcept;

}  // namespace tollway::catalog
