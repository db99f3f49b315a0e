// A provider that fails and one that answers, asked in this order, in each dialect.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "integration/in_each_dialect.hpp"
#include "support/ledger_rows.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {

// An answer without what it says of usage and cost, which the gateway adds to.
[[nodiscard]] json::value without_usage(json::value document);
// The events of a stream, likewise.
[[nodiscard]] std::vector<StreamItem> without_usage(std::string_view stream);

// What the second provider answers: the same text under ids of its own.
[[nodiscard]] Dialect second_of(const Dialect& dialect);
// Whether anything in `body` came from the first provider.
[[nodiscard]] bool tells_of_first(std::string_view body);

// Answers every request of a dialect, whole or as a stream, whichever is asked for.
[[nodiscard]] FaultUpstream::Script serving(Dialect dialect);

struct Attempted {
  std::string provider;
  std::string outcome;
  // Its answer had begun as it should, so that its prompt has most likely been billed.
  bool begun = false;
};

// What `served` answers costs at the second provider: 7 tokens in, 11 out.
inline constexpr std::int64_t second_costs = 29'000;

class TwoProviders : public InEachDialect {
 protected:
  // At a price that tells who was paid.
  [[nodiscard]] static SeveralProviders providers(std::string first_url, std::string second_url);
  [[nodiscard]] static std::string body(bool stream) { return in_order(dialect().body(stream)); }
  // Settings under which failures are followed up at once and nobody is put aside for them.
  [[nodiscard]] static std::map<std::string, std::string> patient(
      std::map<std::string, std::string> more = {});

  // The client sees the second's answer and nothing else.
  static void expect_second(const Answer& answer, bool stream);
  // The gateway's only request: its attempts in their order, each charged by what it brought, the
  // second provider's at its own price, or at an unknown one where it was left. Stops the gateway.
  static void expect_settled(Gateway& gateway, const std::vector<Attempted>& attempts);
};

}  // namespace tollway::test
