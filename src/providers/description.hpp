// What is known about a provider before anything is configured: facts, not code.
#pragma once

#include <span>
#include <string_view>

namespace tollway::providers {

// One file of this folder defines one of these under the provider's key.
struct Description {
  std::string_view key;   // "openrouter": settings, records, command line
  std::string_view name;  // "OpenRouter": shown to people
  std::string_view default_base_url;
  std::string_view default_model;      // for chat requests that name none
  std::string_view api_key_variable;   // the vendor's usual environment variable
  std::string_view base_url_variable;  // ours
  // Client headers that mean something to this provider and go up with a request. All others stay
  // here, credentials above all.
  std::span<const std::string_view> forwarded_headers;
};

extern const Description openrouter;
extern const Description demonstration;

// All of them, in the order of their keys. Made by CMake from the folder.
std::span<const Description* const> all();

}  // namespace tollway::providers
