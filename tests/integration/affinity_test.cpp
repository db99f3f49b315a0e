// A conversation goes where its prompt is likely still in the provider's cache.
#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";

std::string served(int cached) {
  return fmt::format(
      R"({{"id":"gen-served","object":"chat.completion","model":"test/model","choices":[{{"index":0,)"
      R"("message":{{"role":"assistant","content":"Hi"}},"finish_reason":"stop"}}],)"
      R"("usage":{{"prompt_tokens":5000,"completion_tokens":10,"total_tokens":5010,)"
      R"("prompt_tokens_details":{{"cached_tokens":{}}}}}}})",
      cached);
}

// "first" is so dear that chance never draws it.
struct DearAndCheap {
  explicit DearAndCheap(int cached, std::map<std::string, std::string> settings = {})
      : first(FaultUpstream::answering([this, cached](const Request&) {
          return first_is_down ? answer(503, "application/json", "{}")
                               : json_answer(served(cached));
        })),
        second(FaultUpstream::answering(json_answer(served(0)))),
        providers(listed(first, second)),
        gateway(providers.options(std::move(settings))) {}

  static SeveralProviders listed(const FaultUpstream& first, const FaultUpstream& second) {
    auto dear = own_provider("first", first.url());
    dear.prompt_price = dear.completion_price = "0.1";
    dear.cache_read_price = "0.000001";
    return SeveralProviders({std::move(dear), own_provider("second", second.url())});
  }
  static std::string body(std::string_view opening, std::string_view members = {}) {
    return fmt::format(
        R"({{"model":"test/model"{},"messages":[{{"role":"system","content":"Be brief."}},)"
        R"({{"role":"user","content":"{}"}}]}})",
        members, opening);
  }
  void begin_at_first(std::string_view opening, std::string_view members = {}) {
    const auto answer =
        ask(with_members(body(opening, members), R"("provider":{"order":["first"]})"));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(first.request_count(), ++at_first);
  }
  // Returns when the gateway is done with it, too.
  Answer ask(const std::string& next, HeaderList headers = {}) {
    RawClient client(gateway.port());
    client.send(gateway.request_bytes("POST", path, next, headers));
    auto answer = client.read_answer();
    EXPECT_EQ(gateway.record(asked++).status(), 200);
    return answer;
  }
  // Whether the next request goes to the first.
  bool stays(const std::string& next, HeaderList headers = {}) {
    const auto answer = ask(next, headers);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const bool there = first.request_count() > at_first;
    at_first = first.request_count();
    return there;
  }

  std::atomic<bool> first_is_down = false;
  FaultUpstream first;
  FaultUpstream second;
  SeveralProviders providers;
  Gateway gateway;
  int at_first = 0;
  std::size_t asked = 0;
};

TEST(Affinity, session_stays_where_it_was) {
  DearAndCheap two(0);
  constexpr auto session = R"(,"session_id":"one")";
  two.begin_at_first("Hello", session);
  EXPECT_TRUE(two.stays(two.body("Hello", session)));
  EXPECT_TRUE(two.stays(two.body("Something else", session)));
  EXPECT_TRUE(two.stays(two.body("Hello"), {{"X-Session-Id", "one"}}));
  EXPECT_FALSE(two.stays(two.body("Hello", R"(,"session_id":"other")")));
  EXPECT_FALSE(two.stays(two.body("Hello")));
}

TEST(Affinity, without_session_a_cache_that_was_read_is_stayed_with) {
  DearAndCheap two(4096);
  two.begin_at_first("Hello");
  EXPECT_TRUE(two.stays(two.body("Hello")));
  EXPECT_FALSE(two.stays(two.body("Good evening"))) << "another conversation";
  EXPECT_FALSE(two.stays(with_members(two.body("Hello"), R"("provider":{"order":["second"]})")));
}

TEST(Affinity, without_session_and_cache_price_decides) {
  DearAndCheap two(0);
  two.begin_at_first("Hello");
  EXPECT_FALSE(two.stays(two.body("Hello")));
}

TEST(Affinity, who_failed_is_left) {
  DearAndCheap two(0, {{"TOLLWAY_ROUTING_ATTEMPTS_HERE_MAX", "1"}});
  constexpr auto session = R"(,"session_id":"one")";
  two.begin_at_first("Hello", session);
  two.first_is_down = true;
  EXPECT_TRUE(two.stays(two.body("Hello", session))) << "it is asked first";
  EXPECT_EQ(two.second.request_count(), 1) << "and the other answers";
  EXPECT_FALSE(two.stays(two.body("Hello", session))) << "who served last is asked from then on";
}

TEST(Affinity, sticky_strategy_needs_neither_session_nor_cache) {
  DearAndCheap two(0, {{"TOLLWAY_ROUTING_STRATEGY", "sticky"}});
  two.begin_at_first("Hello");
  EXPECT_TRUE(two.stays(two.body("Hello")));
  EXPECT_FALSE(two.stays(two.body("Good evening")));
}

TEST(Affinity, cache_aware_strategy_counts_the_cache_at_its_price) {
  DearAndCheap two(5000, {{"TOLLWAY_ROUTING_STRATEGY", "cache_aware"}});
  const std::string long_opening(4000, 'a');
  two.begin_at_first(long_opening);
  const auto explained = two.ask(two.body(long_opening), {{"X-Tollway-Explain", "true"}});
  const auto explanation = parse_json(explained.headers.find("x-tollway-explain").value_or("null"));
  EXPECT_EQ(at(explanation, "/strategy"), json::value("cache_aware"));
  bool told = false;
  for (const auto& row : at(explanation, "/candidates").as_array()) {
    told |=
        row.as_object().contains("cached_tokens") && at(row, "/provider") == json::value("first");
  }
  EXPECT_TRUE(told) << explanation;
}

}  // namespace
}  // namespace tollway::test
