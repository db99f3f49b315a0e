// Several providers behind one gateway: who has what, and who is asked.
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

TEST(SeveralProviders, lists_are_known_though_nobody_can_be_reached) {
  const RefusingPort port;
  const auto url = "http://127.0.0.1:" + std::to_string(port.number()) + "/v1";
  const SeveralProviders both({own_provider("first", url), own_provider("second", url)});
  Gateway gateway(both.options());
  const auto listed = gateway.get("/api/v1/models");
  EXPECT_EQ(listed.status, 200);
  for (const auto* model : {"\"test/model\"", "\"first/first-mark\"", "\"second/second-mark\""}) {
    EXPECT_TRUE(listed.body.contains(model)) << listed.body;
  }
}

TEST(SeveralProviders, one_that_serves_is_asked_alone_and_with_its_own_key) {
  FaultUpstream first(FaultUpstream::answering(json_answer(chat_dialect().json)));
  FaultUpstream second(FaultUpstream::answering(json_answer(chat_dialect().json)));
  const SeveralProviders both(
      {own_provider("first", first.url()), own_provider("second", second.url())});
  Gateway gateway(both.options());
  const auto answer =
      gateway.post("/api/v1/chat/completions", in_order(chat_dialect().body(false)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(first.request().headers.find("authorization"),
            "Bearer " + SeveralProviders::key_of("first"));
  EXPECT_EQ(second.connection_count(), 0);
  EXPECT_EQ(gateway.only_record().text("provider"), "first");
}

}  // namespace
}  // namespace tollway::test
