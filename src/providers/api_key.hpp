// API keys as people paste them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "providers/description.hpp"
#include "tollway/secret.hpp"

namespace tollway::providers {

struct TrimmedKey {
  Secret key;
  bool was_trimmed = false;  // white space or quotes around it, "Bearer " before it
};
[[nodiscard]] TrimmedKey trim_key(const Secret& key);

// Whether the key can go into a header at all: visible ASCII, at most 8 KiB.
[[nodiscard]] bool is_usable_key(std::string_view key) noexcept;

// What the header that carries the key holds: "Bearer <key>", or the bare key.
[[nodiscard]] Secret credential(const Secret& key, bool bare);

// The names of the providers whose key this looks like, "OpenRouter" or "OpenAI or DeepSeek", when
// it does not look like one of `own`; empty where nothing speaks against it. Judged by what
// vendors' keys begin with, the longest match first.
[[nodiscard]] std::string other_vendor(std::string_view key, const Description& own,
                                       std::span<const DescriptionPointer> all);

}  // namespace tollway::providers
