// Shown 5: a thousand requests at once for a provider that enforces its limits and counts who
// breaks them. Nobody does, all that can be served in time are, and the others hear when to come
// back.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <deque>
#include <memory>
#include <mutex>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";
constexpr int clients = 1000;
constexpr rlim_t open_files = 4096;

// How a provider tells in its answers' headers what it allows, if it does.
enum class Tells { nothing, as_openai, as_anthropic };

struct Allowed {
  int requests = 0;    // in any 60 seconds
  int concurrent = 0;  // 0: as many as they like
  int tokens = 0;      // in any 60 seconds, of `tokens_each` a request; 0: as many as they like
  Tells tells = Tells::nothing;
  bool together = false;  // all but the first are answered once the last one allowed is there
};

constexpr int max_tokens = 2000;
constexpr int tokens_each = max_tokens + 7;
constexpr auto long_answer =
    R"({"id":"gen-1-test","object":"chat.completion","model":"test/model","choices":[{"index":0,)"
    R"("message":{"role":"assistant","content":"Hello"},"finish_reason":"length"}],)"
    R"("usage":{"prompt_tokens":7,"completion_tokens":2000,"total_tokens":2007}})";

// Answers what it allows, each after a while, and counts what goes beyond.
class StrictProvider {
 public:
  explicit StrictProvider(Allowed allowed) : allowed_(allowed) {}

  [[nodiscard]] std::string url() const { return upstream_.url(); }
  [[nodiscard]] int violations() const { return counted(&StrictProvider::violations_); }
  [[nodiscard]] int served() const { return counted(&StrictProvider::served_); }
  [[nodiscard]] int most_at_once() const { return counted(&StrictProvider::most_at_once_); }

 private:
  [[nodiscard]] int counted(int StrictProvider::* count) const {
    const std::scoped_lock lock(mutex_);
    return this->*count;
  }

  // Whether it is within the limits; what is left of them.
  bool enter(std::size_t& remaining) {
    const std::scoped_lock lock(mutex_);
    const auto now = Clock::now();
    while (!lately_.empty() && lately_.front() <= now - 60s) lately_.pop_front();
    const bool many = allowed_.concurrent > 0 && under_way_ >= allowed_.concurrent;
    const int used = (static_cast<int>(lately_.size()) + 1) * tokens_each;
    const bool long_ones = allowed_.tokens > 0 && used > allowed_.tokens;
    if (many || long_ones || lately_.size() >= static_cast<std::size_t>(allowed_.requests)) {
      ++violations_;
      return false;
    }
    lately_.push_back(now);
    if (lately_.size() == static_cast<std::size_t>(allowed_.requests)) all_there_.set();
    most_at_once_ = std::max(most_at_once_, ++under_way_);
    remaining = static_cast<std::size_t>(allowed_.requests) - lately_.size();
    return true;
  }

  void leave() {
    const std::scoped_lock lock(mutex_);
    --under_way_;
    ++served_;
  }

  void serve(UpstreamConnection& connection) {
    while (connection.read_request()) {
      std::size_t remaining = 0;
      if (!enter(remaining)) {
        connection.send(answer(429, "application/json", R"({"error":{"message":"too many"}})",
                               {{"Retry-After", "60"}}));
        continue;
      }
      const bool first = remaining + 1 == static_cast<std::size_t>(allowed_.requests);
      if (allowed_.together && !first) connection.wait_for(all_there_);
      connection.stall(20ms);
      leave();
      if (allowed_.tokens > 0) {
        connection.send(json_answer(long_answer));
        continue;
      }
      connection.send(telling(remaining));
    }
  }

  // What is left is over in a minute, or rather there again.
  [[nodiscard]] std::string telling(std::size_t remaining) const {
    const auto limit = std::to_string(allowed_.requests);
    const auto left = std::to_string(remaining);
    switch (allowed_.tells) {
      case Tells::nothing:
        break;
      case Tells::as_openai:
        return json_answer(chat_dialect().json, {{"X-RateLimit-Limit-Requests", limit},
                                                 {"X-RateLimit-Remaining-Requests", left},
                                                 {"X-RateLimit-Reset-Requests", "1m0s"}});
      case Tells::as_anthropic:
        return json_answer(chat_dialect().json,
                           {{"anthropic-ratelimit-requests-limit", limit},
                            {"anthropic-ratelimit-requests-remaining", left},
                            {"anthropic-ratelimit-requests-reset", in_a_minute()}});
    }
    return json_answer(chat_dialect().json);
  }
  [[nodiscard]] static std::string in_a_minute() {
    return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr) + 60));
  }

  const Allowed allowed_;
  mutable std::mutex mutex_;
  std::deque<Clock::time_point> lately_;
  int under_way_ = 0;
  int most_at_once_ = 0;
  int served_ = 0;
  int violations_ = 0;
  Signal all_there_;
  FaultUpstream upstream_{[this](UpstreamConnection& connection) { serve(connection); }};
};

struct Outcome {
  int served = 0;
  int refused = 0;  // told when to come back
};

class RateLimits : public testing::Test {
 protected:
  void SetUp() override {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < open_files) GTEST_SKIP() << "4096 open files";
    limit.rlim_cur = std::max(limit.rlim_cur, open_files);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  }

  static std::map<std::string, std::string> settings(std::map<std::string, std::string> more = {}) {
    more.try_emplace("TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", "30");
    return more;
  }

  // All of them are under way before the first answer is read.
  static Outcome ask_at_once(const Gateway& gateway,
                             const std::string& body = chat_dialect().body(false)) {
    const auto bytes = gateway.request_bytes("POST", path, in_order(body));
    std::vector<std::unique_ptr<RawClient>> waiting;
    for (int i = 0; i < clients; ++i) {
      waiting.push_back(std::make_unique<RawClient>(gateway.port()));
      waiting.back()->send(bytes);
    }
    Outcome outcome;
    for (auto& client : waiting) {
      const auto got = client->read_answer(60s);
      if (got.status == 200) {
        ++outcome.served;
        continue;
      }
      ++outcome.refused;
      EXPECT_TRUE(got.status == 429 || got.status == 503) << got.status << " " << got.body;
      const auto wait = got.headers.find("retry-after");
      EXPECT_TRUE(wait.has_value()) << got.body;
      EXPECT_GE(std::stoi(wait.value_or("0")), 1);
      EXPECT_LE(std::stoi(wait.value_or("0")), 62);
    }
    return outcome;
  }
};

TEST_F(RateLimits, configured_limits_are_never_broken) {
  StrictProvider only({.requests = 400, .concurrent = 16});
  const SeveralProviders one({own_provider("first", only.url())});
  Gateway gateway(one.options(settings({{"TOLLWAY_LLM_FIRST_REQUESTS_PER_MINUTE", "400"},
                                        {"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "16"}})));
  const auto outcome = ask_at_once(gateway);
  EXPECT_EQ(only.violations(), 0);
  EXPECT_EQ(only.served(), outcome.served);
  EXPECT_EQ(outcome.served, 400) << "all that can be served in time are";
  EXPECT_EQ(outcome.refused, clients - 400);
  EXPECT_LE(only.most_at_once(), 16);
}

// What an answer may become counts until it is known what it has become.
TEST_F(RateLimits, tokens_are_never_more_than_configured) {
  StrictProvider only({.requests = clients, .tokens = 20'000});
  const SeveralProviders one({own_provider("first", only.url())});
  Gateway gateway(one.options(settings({{"TOLLWAY_LLM_FIRST_TOKENS_PER_MINUTE", "20000"}})));
  const auto outcome =
      ask_at_once(gateway, fmt::format(R"({{"model":"test/model","max_tokens":{},"messages":)"
                                       R"([{{"role":"user","content":"Hello"}}]}})",
                                       max_tokens));
  EXPECT_EQ(only.violations(), 0);
  EXPECT_EQ(only.served(), outcome.served);
  EXPECT_EQ(outcome.served, 20'000 / tokens_each) << "all that can be served in time are";
  EXPECT_EQ(outcome.refused, clients - outcome.served);
}

class ToldLimits : public RateLimits, public testing::WithParamInterface<Tells> {};
INSTANTIATE_TEST_SUITE_P(RateLimits, ToldLimits,
                         testing::Values(Tells::as_openai, Tells::as_anthropic),
                         [](const auto& info) {
                           return info.param == Tells::as_openai ? "as_openai" : "as_anthropic";
                         });

TEST_P(ToldLimits, limits_are_learnt_from_headers) {
  StrictProvider only({.requests = 200, .tells = GetParam(), .together = true});
  const SeveralProviders one({own_provider("first", only.url())});
  Gateway gateway(one.options(settings()));
  // Nothing is known before the first answer.
  EXPECT_EQ(gateway.post(path, in_order(chat_dialect().body(false))).status, 200);
  const auto outcome = ask_at_once(gateway);
  EXPECT_EQ(only.violations(), 0);
  EXPECT_EQ(outcome.served, 199) << "all that the first answer said are left";
  EXPECT_EQ(only.served(), 1 + outcome.served);
  EXPECT_EQ(outcome.refused, clients - outcome.served);
}

// An answer says what is left, but not which requests under way that counts: one that overtakes
// others makes it look as if those were to be taken off once more. So it may be fewer than would
// have been served, down to half of them, and never more.
TEST_P(ToldLimits, limits_are_kept_when_answers_overtake_each_other) {
  StrictProvider only({.requests = 200, .tells = GetParam()});
  const SeveralProviders one({own_provider("first", only.url())});
  Gateway gateway(one.options(settings()));
  EXPECT_EQ(gateway.post(path, in_order(chat_dialect().body(false))).status, 200);
  const auto outcome = ask_at_once(gateway);
  RecordProperty("served", outcome.served);
  EXPECT_EQ(only.violations(), 0);
  EXPECT_GE(outcome.served, 199 / 2);
  EXPECT_LE(outcome.served, 199);
  EXPECT_EQ(only.served(), 1 + outcome.served);
  EXPECT_EQ(outcome.refused, clients - outcome.served);
}

TEST_F(RateLimits, what_one_has_no_room_for_the_other_serves) {
  StrictProvider narrow({.requests = 100, .concurrent = 8});
  StrictProvider wide({.requests = 5000, .concurrent = 32});
  const SeveralProviders both(
      {own_provider("first", narrow.url()), own_provider("second", wide.url())});
  Gateway gateway(both.options(settings({{"TOLLWAY_LLM_FIRST_REQUESTS_PER_MINUTE", "100"},
                                         {"TOLLWAY_LLM_FIRST_CONCURRENT_MAX", "8"},
                                         {"TOLLWAY_LLM_SECOND_CONCURRENT_MAX", "32"}})));
  const auto outcome = ask_at_once(gateway);
  EXPECT_EQ(narrow.violations(), 0);
  EXPECT_EQ(wide.violations(), 0);
  EXPECT_EQ(outcome.served, clients);
  EXPECT_EQ(narrow.served() + wide.served(), clients);
  EXPECT_GT(narrow.served(), 0);
  EXPECT_LE(narrow.served(), 100);
}

}  // namespace
}  // namespace tollway::test
