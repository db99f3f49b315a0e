// U14: a stream whose first event says that it failed. What it says decides what is tried next, as
// if it had been the answer's status.
#include <gtest/gtest.h>

#include <atomic>

#include "integration/two_providers.hpp"

namespace tollway::test {
namespace {

struct Failing {
  std::string chat;
  std::string responses;
  std::string messages;
};

const Failing no_money{
    .chat = R"({"id":"gen-1-test","choices":[],"error":{"code":402,"message":"no money"}})",
    .responses = R"({"type":"response.failed","response":{"id":"gen-2-test","status":"failed",)"
                 R"("error":{"code":"insufficient_quota","message":"no money"}}})",
    .messages = R"({"type":"error","error":{"type":"billing_error","message":"no money"}})"};
const Failing bad_request{
    .chat = R"({"id":"gen-1-test","choices":[],"error":{"code":400,"message":"bad"}})",
    .responses = R"({"type":"response.failed","response":{"id":"gen-2-test","status":"failed",)"
                 R"("error":{"code":"invalid_prompt","message":"bad"}}})",
    .messages = R"({"type":"error","error":{"type":"invalid_request_error","message":"bad"}})"};
const Failing too_long{
    .chat = R"({"error":{"code":400,"message":"no","metadata":)"
            R"({"error_type":"context_length_exceeded"}}})",
    .responses = R"({"type":"response.failed","response":{"id":"gen-2-test","status":"failed",)"
                 R"("error_type":"context_length_exceeded",)"
                 R"("error":{"code":"invalid_prompt","message":"no"}}})",
    .messages = R"({"type":"error","error":{"type":"invalid_request_error",)"
                R"("error_type":"context_length_exceeded","message":"no"}})"};
const Failing stumbled{
    .chat = R"({"error":{"code":502,"message":"no"}})",
    .responses = R"({"type":"response.failed","response":{"id":"gen-2-test","status":"failed",)"
                 R"("error":{"code":"server_error","message":"no"}}})",
    .messages = R"({"type":"error","error":{"type":"api_error","message":"no"}})"};

class FirstEvent : public TwoProviders {
 protected:
  static std::string stream_of(const Failing& failing) {
    if (dialect().name == "chat") return fmt::format("data: {}\n\n", failing.chat);
    const std::string& data = dialect().name == "responses" ? failing.responses : failing.messages;
    return fmt::format("event: error\ndata: {}\n\n", data);
  }

  // How often the only provider is asked for one request.
  static int attempts_at(const Failing& failing) {
    FaultUpstream only(FaultUpstream::answering(sse_answer(stream_of(failing))));
    const SeveralProviders one({own_provider("first", only.url())});
    Gateway gateway(one.options(patient()));
    const auto got = gateway.post(dialect().path(), body(true));
    EXPECT_EQ(got.body, stream_of(failing)) << "the client gets the provider's words";
    return only.request_count();
  }
};
INSTANTIATE_TEST_SUITE_P(U, FirstEvent, testing::ValuesIn(all_dialects()), dialect_name);

TEST_P(FirstEvent, U14_no_money_is_not_asked_again) {
  EXPECT_EQ(attempts_at(no_money), 1);
}

TEST_P(FirstEvent, U14_a_bad_request_is_not_sent_again) {
  EXPECT_EQ(attempts_at(bad_request), 1);
}

TEST_P(FirstEvent, U14_a_prompt_that_is_too_long_is_not_sent_again) {
  EXPECT_EQ(attempts_at(too_long), 1);
}

TEST_P(FirstEvent, U14_a_failure_that_may_pass_is_tried_again) {
  EXPECT_EQ(attempts_at(stumbled), 3);
}

TEST_P(FirstEvent, U14_no_money_rests_the_key) {
  FaultUpstream first(FaultUpstream::answering(sse_answer(stream_of(no_money))));
  FaultUpstream second(serving(second_of(dialect())));
  const auto both = providers(first.url(), second.url());
  Gateway gateway(both.options(patient()));
  for (int i = 0; i < 3; ++i) expect_second(gateway.post(dialect().path(), body(true)), true);
  EXPECT_EQ(first.request_count(), 1);
}

}  // namespace
}  // namespace tollway::test
