// Every attempt is accounted for, once, on every way out.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "dialects/usage/cost_splice.hpp"
#include "gateway/attempt.hpp"
#include "gateway/prices.hpp"
#include "gateway/spending.hpp"
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

  // Before anything of an attempt goes out, and before Attempt::begin(). Settles what `attempt` was
  // before, as failed, by what is known of it. An error forbids the attempt.
  [[nodiscard]] Result<> begin(Attempt& attempt, std::string_view provider, std::string_view model);

  // Settles the attempt, if it is under way, as the request's last: what it knows by now is what is
  // written down. Called before the client gets the end of its answer.
  void finish(Attempt& attempt);

  // Settles the attempt while another one of the request is under way.
  void drop(Attempt& attempt);

  // Whether nobody has said what the attempt under way used, so that count() comes before finish().
  // Once only.
  [[nodiscard]] bool must_count(const Attempt& attempt) const;
  [[nodiscard]] net::Task<> count(Attempt& attempt);

  // What the provider says it charged, else by our prices from the counts that the answer has
  // stated so far, for answers that do not show it. Nullopt for OpenRouter's, and where counts or a
  // price are unknown.
  [[nodiscard]] std::optional<dialects::OwnCost> own_cost(const Attempt& attempt);

 private:
  [[nodiscard]] ledger::AttemptRecord common(const Settling& settling, std::string_view provider,
                                             std::string_view model) const;
  [[nodiscard]] Ending ending(const Attempt& attempt) const;
  [[nodiscard]] Prices::Found price(const Attempt& attempt);
  void settle(Attempt& attempt, bool is_last);
  void write(const Attempt& attempt, ledger::AttemptRecord record, const Spending& spending);
  void alert(const Attempt& attempt, const ledger::AttemptRecord& record,
             const Spending& spending) const;

  Request& request_;
  // Prices are those of the request's first attempt, however long it takes and whatever is learnt
  // meanwhile.
  std::optional<std::chrono::system_clock::time_point> admitted_;
  std::shared_ptr<Prices> prices_;
};

}  // namespace tollway::gateway
