// Azure OpenAI: the deployment stands in the path, the version in the query of every request.
#include "providers/each_provider.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr std::string_view whole_answer =
    R"({"id":"1","choices":[{"index":0,"finish_reason":"stop",)"
    R"("message":{"role":"assistant","content":"Good day."}}]})";

class Azure : public testing::Test {
 protected:
  // The target that a question to `model` was sent to.
  std::string target_of(std::string_view model, std::string_view path_of_url = "",
                        Values more = {}) {
    LlmOptions options;
    options.settings =
        settings_for("azure", url_at(upstream_, path_of_url), provider_key_canary, std::move(more));
    const auto made = provider_called("azure")->create_llm(model, std::nullopt, options);
    if (!made) return made.error().message;
    const auto reply = made->invoke("Hello");
    EXPECT_TRUE(reply) << reply.error().message;
    return upstream_.requests().back().target;
  }

  FaultUpstream upstream_{FaultUpstream::answering(json_answer(whole_answer))};
};

TEST_F(Azure, EachModelHasItsDeploymentsPath) {
  EXPECT_EQ(target_of("gpt-4.1-mini"),
            "/openai/deployments/gpt-4.1-mini/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(target_of("my-o3"),
            "/openai/deployments/my-o3/chat/completions?api-version=2024-10-21");
}

TEST_F(Azure, ADeploymentsNameCannotLeaveItsSegment) {
  EXPECT_EQ(target_of("../../admin?x=1#"),
            "/openai/deployments/..%2F..%2Fadmin%3Fx%3D1%23/chat/completions"
            "?api-version=2024-10-21");
}

TEST_F(Azure, ADeploymentThatIsSetStandsForEveryModel) {
  EXPECT_EQ(target_of("gpt-4.1-mini", "", {{"llm.azure.deployment", "team-a"}}),
            "/openai/deployments/team-a/chat/completions?api-version=2024-10-21");
  EXPECT_EQ(text_at(upstream_.requests().back().body_json(), "/model"), "gpt-4.1-mini");
}

TEST_F(Azure, TheVersionIsASetting) {
  EXPECT_EQ(target_of("m", "", {{"llm.azure.api_version", "2025-01-01-preview"}}),
            "/openai/deployments/m/chat/completions?api-version=2025-01-01-preview");
  EXPECT_THAT(target_of("m", "", {{"llm.azure.api_version", "1&admin=true"}}),
              HasSubstr("llm.azure.api_version: expected letters, digits"));
}

TEST_F(Azure, AUrlCopiedFromThePortalIsUnderstood) {
  const auto* const target =
      "/openai/deployments/m/chat/completions?api-version=2025-03-01-preview";
  EXPECT_EQ(target_of("m", "/?api-version=2025-03-01-preview"), target);
  EXPECT_EQ(
      target_of("m", "/openai/deployments/another/chat/completions?api-version=2025-03-01-preview"),
      target);
}

TEST_F(Azure, OnlyTheVersionMayStandInTheUrlsQuery) {
  EXPECT_THAT(target_of("m", "/?code=canary"), HasSubstr("expected no query but what"));
}

TEST_F(Azure, WithoutAnEndpointSaysWhereToSetIt) {
  const auto available = provider_called("azure")->is_available(settings_for("azure", ""));
  EXPECT_FALSE(available.available);
  EXPECT_THAT(available.reason, HasSubstr("set llm.azure.url"));
}

}  // namespace
}  // namespace tollway::test
