// U11: a provider that refuses says when to come back, well or badly.
#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <memory>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto refusal = R"({"error":{"code":429,"message":"slow down"}})";

std::string refusing(std::string_view retry_after) {
  return answer(429, "application/json", refusal, {{"Retry-After", retry_after}});
}

// As HTTP writes dates (RFC 9110, 5.6.7).
std::string date_in(std::chrono::seconds time) {
  const std::time_t then = std::time(nullptr) + time.count();
  std::tm parts{};
  gmtime_r(&then, &parts);
  std::array<char, 64> text{};
  const auto size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

class RetryAfter : public TwoProviders {
 protected:
  // Refuses the first request, answers the others.
  [[nodiscard]] static FaultUpstream::Script refusing_once(const std::string& retry_after) {
    return FaultUpstream::answering(
        [retry_after, asked = std::make_shared<std::atomic<int>>(0)](const Request&) {
          return (*asked)++ == 0 ? refusing(retry_after) : json_answer(dialect().json);
        });
  }

  // How long the only provider's second attempt took to come.
  static Millis time_until_served(const std::string& retry_after) {
    SCOPED_TRACE(retry_after);
    FaultUpstream only(refusing_once(retry_after));
    Gateway gateway(only, {.environment = patient()});
    const Stopwatch watch;
    EXPECT_EQ(gateway.post(dialect().path(), dialect().body(false)).status, 200);
    const auto taken = watch.elapsed();
    EXPECT_EQ(only.request_count(), 2);
    EXPECT_EQ(expect_record(gateway, "ok", 200, false).attempts(), 2);
    return taken;
  }

  // How many of two requests the first provider saw; the second answered both.
  static int asked_in_spite_of(const std::string& retry_after) {
    SCOPED_TRACE(retry_after);
    FaultUpstream first(FaultUpstream::answering(refusing(retry_after)));
    FaultUpstream second(serving(second_of(dialect())));
    const auto both = providers(first.url(), second.url());
    Gateway gateway(both.options(patient()));
    for (int i = 0; i < 2; ++i) expect_second(gateway.post(dialect().path(), body(i == 1)), i == 1);
    EXPECT_EQ(second.request_count(), 2);
    return first.request_count();
  }
};
INSTANTIATE_TEST_SUITE_P(U, RetryAfter, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(RetryAfter, U11_seconds_are_waited_for) {
  EXPECT_GE(time_until_served("1"), 950ms);
}

TEST_P(RetryAfter, U11_date_is_waited_for) {
  // Dates are whole seconds: of two, at least one is left.
  EXPECT_GE(time_until_served(date_in(2s)), 950ms);
}

TEST_P(RetryAfter, U11_negative_and_rubbish_are_no_word) {
  for (const auto* word : {"-5", "soon", "", "1.5e3x", "0"}) time_until_served(word);
  time_until_served(date_in(-3600s));
}

TEST_P(RetryAfter, U11_huge_is_not_waited_for) {
  for (const auto* word : {"86400", "99999999999", "99999999999999999999999"}) {
    SCOPED_TRACE(word);
    FaultUpstream only(FaultUpstream::answering(refusing(word)));
    Gateway gateway(only, {.environment = patient({{"TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "20"}})});
    const Stopwatch watch;
    const auto got = gateway.post(dialect().path(), dialect().body(false));
    EXPECT_LT(watch.elapsed(), 10s);
    EXPECT_EQ(got.status, 429);
    EXPECT_EQ(got.body, refusal);
    EXPECT_EQ(got.headers.find("retry-after"), word);
  }
}

TEST_P(RetryAfter, U11_second_answers_at_once_and_first_is_left_alone) {
  EXPECT_EQ(asked_in_spite_of("60"), 1);
  EXPECT_EQ(asked_in_spite_of(date_in(60s)), 1);
  EXPECT_EQ(asked_in_spite_of("86400"), 1);
}

TEST_P(RetryAfter, U11_first_that_says_nothing_sensible_is_asked_again) {
  for (const auto* word : {"-5", "soon", ""}) EXPECT_EQ(asked_in_spite_of(word), 2) << word;
  EXPECT_EQ(asked_in_spite_of(date_in(-3600s)), 2);
}

TEST_P(RetryAfter, U11_both_refuse_and_the_shorter_time_is_told) {
  FaultUpstream first(FaultUpstream::answering(refusing("40")));
  FaultUpstream second(FaultUpstream::answering(refusing("50")));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient({{"TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "20"}})));
  const auto got = gateway.post(dialect().path(), body(false));
  EXPECT_EQ(got.status, 429);
  EXPECT_EQ(got.headers.find("retry-after"), "40");
  // Nobody is asked again before; the answer is our own now.
  const auto again = gateway.post(dialect().path(), body(false));
  EXPECT_TRUE(again.status == 429 || again.status == 503) << again.status;
  ASSERT_TRUE(again.headers.has("retry-after")) << again.body;
  const int wait = std::stoi(again.headers.find("retry-after").value_or("0"));
  EXPECT_GT(wait, 10);
  EXPECT_LE(wait, 40);
  EXPECT_EQ(first.request_count() + second.request_count(), 2);
}

}  // namespace
}  // namespace tollway::test
