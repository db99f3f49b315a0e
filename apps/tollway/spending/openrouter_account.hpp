// What OpenRouter says an account used.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "installation.hpp"
#include "tollway/money.hpp"

namespace tollway::spending {

// A row of GET /activity: one day, one endpoint.
struct ActivityRow {
  std::chrono::sys_days day;
  std::string model;      // "openai/gpt-4.1"
  std::string permaslug;  // "openai/gpt-4.1-2025-04-14"
  std::int64_t requests = 0;
  std::int64_t input = 0;
  std::int64_t output = 0;
  Money cost;       // in OpenRouter's credits
  Money byok = {};  // what the vendors charged for calls on the user's own keys
};

// GET /generation. Counts are those that were billed; nullopt where none is stated.
struct Generation {
  std::string model;
  Money cost;
  bool is_byok = false;
  std::optional<Money> upstream_cost;  // what the vendor charged; nullopt: not stated
  std::optional<std::int64_t> input;
  std::optional<std::int64_t> output;
};

// Amounts are read from their digits, never through a floating-point number. Errc::upstream_invalid
// for what is not of that shape.
[[nodiscard]] Result<std::vector<ActivityRow>> read_activity(std::string_view body);
[[nodiscard]] Result<Generation> read_generation(std::string_view body);

// Asks with llm.openrouter.management_key at llm.openrouter.url. All days that there are, or the
// one that is named; of one key where its hash is not empty. Errc::not_configured without the key.
// Blocks for 30 seconds at most.
struct ActivityQuery {
  std::optional<std::chrono::sys_days> day;
  std::string key_hash;
};
[[nodiscard]] Result<std::vector<ActivityRow>> fetch_activity(const Installation& installation,
                                                              const ActivityQuery& query);

// Asks with llm.openrouter.api_key. `id` is of the characters that is_generation_id() allows.
// Nullopt where there is none of that id.
[[nodiscard]] Result<std::optional<Generation>> fetch_generation(const Installation& installation,
                                                                 std::string_view id);
[[nodiscard]] bool is_generation_id(std::string_view id) noexcept;

}  // namespace tollway::spending
