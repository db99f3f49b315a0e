// What OpenRouter refuses for one client's request is no reason to keep the next one from it.
#include <gtest/gtest.h>

#include "support/dialects.hpp"
#include "support/several_providers.hpp"

namespace tollway::test {
namespace {

constexpr auto path = "/api/v1/chat/completions";

struct Refused {
  std::string name;
  int status = 403;
  std::string body;
  std::string wishes = {};  // the request's `provider`
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.name;
}

const std::vector<Refused> all_refused{
    {.name = "moderation",
     .body = R"({"error":{"code":403,"message":"no","metadata":{"reasons":["violence"],)"
             R"("flagged_input":"...","provider_name":"Acme","model_slug":"acme/one"}}})"},
    {.name = "guardrail",
     .body = R"({"error":{"code":403,"message":"no","metadata":{"patterns":["ignore all"]}}})"},
    {.name = "region",
     .body =
         R"({"error":{"code":403,"message":"no","availability":)"
         R"({"code":"region_restricted","retryable":false,"requested_models":["test/model"]}}})"},
    {.name = "provider_behind_without_key",
     .status = 401,
     .body = R"({"error":{"code":401,"message":"Provider returned error","metadata":)"
             R"({"raw":"{\"error\":{\"code\":\"invalid_api_key\"}}","provider_name":"Acme"}}})"},
    {.name = "provider_behind_without_money",
     .status = 402,
     .body = R"({"error":{"code":402,"message":"Provider returned error","metadata":)"
             R"({"raw":"{\"error\":\"insufficient funds\"}","provider_name":"Acme"}}})"},
    {.name = "no_allowed_providers",
     .status = 404,
     .body = R"({"error":{"code":404,"message":"words that nobody has seen before"}})",
     .wishes = R"("provider":{"only":["acme"]},)"},
    {.name = "data_policy",
     .status = 404,
     .body = R"({"error":{"code":404,"message":"words that nobody has seen before","availability":)"
             R"({"code":"privacy_restricted","retryable":false}}})"},
};

class OneClientsRequest : public testing::TestWithParam<Refused> {};
INSTANTIATE_TEST_SUITE_P(Openrouter, OneClientsRequest, testing::ValuesIn(all_refused),
                         [](const auto& info) { return info.param.name; });

TEST_P(OneClientsRequest, takes_openrouter_away_from_nobody) {
  const Refused& refused = GetParam();
  FaultUpstream openrouter(FaultUpstream::answering([&](const Request& request) {
    return request.body.contains("bad words")
               ? answer(refused.status, "application/json", refused.body)
               : json_answer(chat_dialect().json);
  }));
  const SeveralProviders one({{.key = "openrouter", .url = openrouter.url()}});
  Gateway gateway(one.options());
  for (int i = 0; i < 6; ++i) {
    const auto got =
        gateway.post(path, fmt::format(R"({{"model":"test/model",{}"messages":[{{"role":"user",)"
                                       R"("content":"bad words"}}]}})",
                                       refused.wishes));
    EXPECT_EQ(got.status, refused.status) << got.body;
    EXPECT_EQ(got.body, refused.body);
  }
  EXPECT_EQ(openrouter.request_count(), 6) << "each was asked for once";
  EXPECT_EQ(gateway.post(path, chat_dialect().body(false)).status, 200);
}

}  // namespace
}  // namespace tollway::test
