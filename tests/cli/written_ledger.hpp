// A ledger whose every row a test knows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "ledger/records.hpp"

namespace tollway::test {

// 2026-09-21, a Monday.
inline constexpr std::int64_t a_day_ms = 1'789'948'800'000;
inline constexpr std::int64_t day_ms = 86'400'000;

// The only attempt of its request, the `number`th: openai/gpt-4o at OpenRouter by the key "team",
// 100 tokens in, 20 out, billed 0.0000015 dollars, at noon on a_day_ms.
[[nodiscard]] ledger::AttemptRecord attempt(std::uint64_t number);

// Into DATA/ledger.db, each record under a seal of its own.
void write_ledger(const std::filesystem::path& data, std::span<const ledger::AttemptRecord> rows);

}  // namespace tollway::test
