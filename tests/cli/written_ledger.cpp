#include "cli/written_ledger.hpp"

#include <gtest/gtest.h>

#include "ledger/store.hpp"

namespace tollway::test {

ledger::AttemptRecord attempt(std::uint64_t number) {
  ledger::AttemptRecord record;
  for (std::size_t i = 0; i < sizeof number; ++i) {
    record.request[record.request.size() - 1 - i] = static_cast<unsigned char>(number >> (8 * i));
  }
  record.flags = ledger::last | ledger::counted;
  record.at_ms = a_day_ms + day_ms / 2;
  record.key = "team";
  record.route = "chat/completions";
  record.provider = "openrouter";
  record.model = "openai/gpt-4o";
  record.served_by = "OpenAI";
  record.outcome = "ok";
  record.finish_reason = "stop";
  record.status = 200;
  record.counts = {.input = 100, .output = 20};
  record.billed = Money{1500};
  record.computed = Money{1499};
  return record;
}

void write_ledger(const std::filesystem::path& data, std::span<const ledger::AttemptRecord> rows) {
  std::filesystem::create_directories(data);
  auto store = ledger::Store::open({.path = (data / "ledger.db").string()});
  ASSERT_TRUE(store) << store.error().message;
  for (const auto& row : rows) {
    const auto appended = (*store)->append({.settled = std::span(&row, 1), .open = {}});
    ASSERT_TRUE(appended) << appended.error().message;
  }
}

}  // namespace tollway::test
