// Every attempt is accounted for, once, on every way out.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "dialects/usage/cost_splice.hpp"
#include "gateway/spending.hpp"
#include "gateway/token_counter.hpp"
#include "ledger/records.hpp"

namespace tollway::gateway {

struct Request;

// Writes a request's attempts into its loop's journal. Part of the request.
class Settlement {
 public:
  explicit Settlement(Request& request) : request_(request) {}
  // Settles what is under way, as interrupted.
  ~Settlement();
  Settlement(const Settlement&) = delete;
  Settlement& operator=(const Settlement&) = delete;

  // Before anything of the request's next attempt goes out. Settles the one before, as failed, by
  // what the request knows of it. An error forbids the attempt.
  [[nodiscard]] Result<> begin(std::string_view provider, std::string_view model);

  // Settles the attempt under way, if there is one, as the request's last: what the request knows
  // by now is what is written down. Called before the client gets the end of its answer.
  void finish();

  // Whether nobody has said what the attempt under way used, so that count() comes before finish().
  // Once only.
  [[nodiscard]] bool must_count() const;
  [[nodiscard]] net::Task<> count();

  // What the provider says it charged, else by our prices from the counts that the answer has
  // stated so far, for answers that do not show it. Nullopt for OpenRouter's, and where counts or a
  // price are unknown.
  [[nodiscard]] std::optional<dialects::OwnCost> own_cost();

 private:
  struct Attempt {
    std::uint8_t number = 0;
    std::int64_t began_ms = 0;  // Unix
    bool under_way = false;
  };
  [[nodiscard]] ledger::AttemptRecord common(const Attempt& attempt, std::string_view provider,
                                             std::string_view model) const;
  [[nodiscard]] Ending ending() const;
  [[nodiscard]] const pricing::Rates* rates();
  void settle_attempt(bool is_last);
  void settle(ledger::AttemptRecord record, const Spending& spending);
  void alert(const ledger::AttemptRecord& record, const Spending& spending) const;

  Request& request_;
  Attempt attempt_;
  std::optional<TokenCounter::Counts> counted_;
  // Prices are those of the request's first attempt, however long it takes.
  std::optional<std::chrono::system_clock::time_point> admitted_;
};

}  // namespace tollway::gateway
