// Records as bytes (docs/decisions/0010): in the journal, and under the ledger's hash chain.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "ledger/records.hpp"

namespace tollway::ledger {

// A tier as journal and database have it; 0: none is known.
[[nodiscard]] std::int64_t tier_number(const std::optional<llm::ServiceTier>& tier) noexcept;
[[nodiscard]] std::optional<llm::ServiceTier> tier_of(std::int64_t number) noexcept;

enum class Kind : std::uint32_t { begun = 1, settled = 2 };

// Of one whole record, its frame and padding included.
inline constexpr std::size_t record_bytes_max = 2560;

// Writes the record to `at`, where record_bytes_max bytes are free, and returns how many it took.
// The size goes in last, so that a reader never sees a record before its content.
std::size_t write_record(Kind kind, const AttemptRecord& record, char* at) noexcept;

// The bytes that are sealed: the payload of a settled record. Lasts until the thread's next call.
[[nodiscard]] std::string_view sealed_bytes(const AttemptRecord& record);

struct ReadRecord {
  Kind kind = Kind::begun;
  AttemptRecord record;  // texts point into the bytes that were read
  std::size_t size = 0;  // to the next record
};
// The record at the start of `bytes`; nullopt where there is none that is whole.
[[nodiscard]] std::optional<ReadRecord> read_record(std::string_view bytes) noexcept;

}  // namespace tollway::ledger
