#include "integration/two_providers.hpp"

#include <fmt/format.h>

#include <utility>

namespace tollway::test {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

json::value without_usage(json::value document) {
  if (!document.is_object()) return document;
  auto& object = document.get_object();
  object.erase("usage");
  for (const auto* const name : {"response", "message"}) {
    if (auto* const inner = object.if_contains(name)) *inner = without_usage(std::move(*inner));
  }
  return document;
}

std::vector<StreamItem> without_usage(std::string_view stream) {
  auto events = split_stream(stream).events();
  for (auto& event : events) {
    if (event.text != "[DONE]") event.text = json::serialize(without_usage(parse_json(event.text)));
  }
  return events;
}

Dialect second_of(const Dialect& dialect) {
  Dialect second = dialect;
  for (auto& event : second.events) replace_all(event, "-test\"", "-second\"");
  replace_all(second.json, "-test\"", "-second\"");
  return second;
}

bool tells_of_first(std::string_view body) {
  return body.contains("-test\"");
}

FaultUpstream::Script serving(Dialect dialect) {
  return FaultUpstream::answering([dialect = std::move(dialect)](const Request& request) {
    const bool stream = request.body.contains(R"("stream":true)");
    return stream ? sse_answer(dialect.whole_stream()) : json_answer(dialect.json);
  });
}

SeveralProviders TwoProviders::providers(std::string first_url, std::string second_url) {
  auto first = own_provider("first", std::move(first_url));
  first.prompt_price = "0.0001";
  first.completion_price = "0.0002";
  return SeveralProviders({std::move(first), own_provider("second", std::move(second_url))});
}

std::map<std::string, std::string> TwoProviders::patient(std::map<std::string, std::string> more) {
  more.try_emplace("TOLLWAY_ROUTING_FIRST_DELAY", "0.05");
  more.try_emplace("TOLLWAY_ROUTING_BREAKER_FAILURES_IN_A_ROW", "1000");
  return more;
}

void TwoProviders::expect_second(const Answer& answer, bool stream) {
  const auto second = second_of(dialect());
  SCOPED_TRACE(answer.body);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  EXPECT_FALSE(tells_of_first(answer.body));
  if (stream) {
    EXPECT_EQ(answer.headers.find("content-type"), "text/event-stream");
    EXPECT_EQ(without_usage(answer.body), without_usage(second.whole_stream()));
    EXPECT_EQ(split_stream(answer.body).unfinished, "");
  } else {
    EXPECT_EQ(without_usage(answer.body_json()), without_usage(parse_json(second.json)));
  }
}

void TwoProviders::expect_settled(Gateway& gateway, const std::vector<Attempted>& attempts) {
  const auto record = gateway.only_record();
  EXPECT_EQ(record.attempts(), static_cast<int>(attempts.size()));
  EXPECT_EQ(record.outcome(), attempts.back().outcome);
  EXPECT_EQ(record.text("provider"), attempts.back().provider);
  EXPECT_EQ(record.route(), dialect().route);
  const auto rows = ledger_rows(gateway.data());
  ASSERT_EQ(rows.size(), attempts.size());
  std::int64_t charged = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool served = attempts[i].outcome == "ok";
    EXPECT_EQ(rows[i].attempt, static_cast<int>(i) + 1);
    EXPECT_EQ(rows[i].request, rows[0].request);
    EXPECT_EQ(rows[i].provider, attempts[i].provider);
    EXPECT_EQ(rows[i].outcome, attempts[i].outcome);
    EXPECT_EQ((rows[i].flags & flag_last) != 0, i + 1 == rows.size());
    EXPECT_EQ((rows[i].flags & flag_failed) != 0, !served);
    const auto charge = rows[i].billed.value_or(rows[i].computed.value_or(0));
    // Neither is known to stop when it is left, and at a time limit it is Tollway that leaves.
    const bool left = attempts[i].outcome == "upstream_timeout";
    if (left) EXPECT_EQ(rows[i].computed, std::nullopt) << "attempt " << i + 1;
    EXPECT_EQ(charge > 0, served || (attempts[i].begun && !left)) << "attempt " << i + 1;
    if (served && rows[i].provider == "second") EXPECT_EQ(rows[i].computed, second_costs);
    charged += charge;
  }
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT count(*) FROM requests"), 1);
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT sum(attempts) FROM requests"),
            static_cast<std::int64_t>(attempts.size()));
  EXPECT_EQ(ledger_number(gateway.data(), "SELECT coalesce(sum(cost), 0) FROM requests"), charged);
}

}  // namespace tollway::test
