// Errors of the gateway's own as HTTP: one place maps them to a status and a client's dialect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tollway::gateway {

// Whose envelope an error body wears.
enum class ErrorStyle : std::uint8_t { openrouter, openai, anthropic };

// "/api/v1/..." speaks OpenRouter's, "/v1/..." OpenAI's, and ".../messages" Anthropic's on both.
[[nodiscard]] ErrorStyle error_style_of(std::string_view path) noexcept;

[[nodiscard]] int http_status(Errc code) noexcept;

// The whole body. `request_id` is shown where the envelope has a place for it.
[[nodiscard]] std::string error_body(const Error& error, int status, ErrorStyle style,
                                     std::string_view request_id);

}  // namespace tollway::gateway
