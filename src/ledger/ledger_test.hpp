// What the ledger's tests share.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>

#include "ledger/ledger.hpp"
#include "ledger/store.hpp"

namespace tollway::ledger {

// Removed with its content.
class Directory {
 public:
  Directory() {
    std::string pattern = std::filesystem::temp_directory_path() / "ledger-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Directory() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string database() const { return path_ + "/ledger.db"; }

 private:
  std::string path_;
};

inline constexpr std::int64_t a_moment_ms = 1'790'000'000'000;  // 2026-09-21

inline RequestId request_id(std::uint64_t number) {
  RequestId id{};
  for (std::size_t i = 0; i < sizeof number; ++i) {
    id[id.size() - 1 - i] = static_cast<unsigned char>(number >> (8 * i));
  }
  return id;
}

// A request of one attempt that cost 1,500 nanodollars.
inline AttemptRecord settled_record(std::uint64_t number) {
  AttemptRecord record;
  record.request = request_id(number);
  record.flags = last | counted;
  record.at_ms = a_moment_ms + static_cast<std::int64_t>(number);
  record.key = "default";
  record.route = "chat/completions";
  record.provider = "openrouter";
  record.model = "openai/gpt-4o";
  record.served_model = "openai/gpt-4o-2024-08-06";
  record.served_by = "OpenAI";
  record.upstream_id = "gen-1790000000-abcdefghijklmnopqrst";
  record.outcome = "ok";
  record.finish_reason = "stop";
  record.status = 200;
  record.counts = {.input = 100, .cache_read = 10, .output = 20, .reasoning = 5};
  record.billed = Money{1500};
  record.computed = Money{1499};
  record.computed_prompt = Money{500};
  record.computed_completion = Money{999};
  record.connect_us = 1000;
  record.first_byte_us = 2000;
  record.total_us = 3000;
  return record;
}

// What a check of a ledger finds.
inline Store::Verified verified(const std::string& database) {
  auto store = Store::open({.path = database});
  if (!store) {
    ADD_FAILURE() << store.error().message;
    return {};
  }
  auto outcome = (*store)->verify();
  if (!outcome) {
    ADD_FAILURE() << outcome.error().message;
    return {};
  }
  for (const auto& problem : outcome->problems) ADD_FAILURE() << problem;
  return *outcome;
}

// Looks until it holds or ten seconds are over.
template <class Condition>
bool wait_until(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

// One number that a query gives.
std::int64_t query(const std::string& database, const std::string& sql);

}  // namespace tollway::ledger
