#include "recording/scrub.hpp"

#include <gtest/gtest.h>

namespace tollway::recording {
namespace {

std::string scrubbed(std::string text) {
  const std::size_t size = text.size();
  scrub(text);
  EXPECT_EQ(text.size(), size);
  return text;
}

TEST(Scrub, masks_vendors_keys) {
  EXPECT_EQ(scrubbed("key sk-or-v1-0123456789abcdef."), "key sk-xxxxxxxxxxxxxxxxxxxxxx.");
  EXPECT_EQ(scrubbed("gsk_0123456789abcdefXY"), "gsk_xxxxxxxxxxxxxxxxxx");
  EXPECT_EQ(scrubbed("two sk-0123456789abcdef sk-0123456789abcdef"),
            "two sk-xxxxxxxxxxxxxxxx sk-xxxxxxxxxxxxxxxx");
}

TEST(Scrub, masks_bearer_tokens) {
  EXPECT_EQ(scrubbed("authorization: Bearer abc123/+="), "authorization: Bearer xxxxxxxxx");
  EXPECT_EQ(scrubbed("bearer ABCDEFGHIJKLMNOPQRSTUVWX"), "bearer xxxxxxxxxxxxxxxxxxxxxxxx");
}

TEST(Scrub, masks_members_named_like_credentials) {
  EXPECT_EQ(scrubbed(R"({"api_key": "hush","a":"b"})"), R"({"api_key": "xxxx","a":"b"})");
  EXPECT_EQ(scrubbed(R"({"Authorization":"a\"b"})"), R"({"Authorization":"xxxx"})");
  EXPECT_EQ(scrubbed(R"("{\"x-api-key\": \"hush\", \"q\": 1}")"),
            R"("{\"x-api-key\": \"xxxx\", \"q\": 1}")");
  EXPECT_EQ(scrubbed("/v1/models?alt=sse&key=hush&x=1"), "/v1/models?alt=sse&key=xxxx&x=1");
}

TEST(Scrub, leaves_other_text_alone) {
  for (const std::string text :
       {"a task-force-for-something-important", "the sk-learn library", "a bearer of bad news",
        R"({"key":"value","token":"Hello","api_key":7,"api_key_hint":"x"})", "?monkey=1&keys=2",
        R"(the "authorization" that)", R"("api_key")", R"("api_key":)", "Bearer ", "sk-"}) {
    EXPECT_EQ(scrubbed(text), text);
  }
}

TEST(Scrub, survives_text_that_ends_anywhere) {
  const std::string text =
      R"(?key=a{"{\"api_key\" : \"a\\\"b\"}","cookie":"\u0041"} Bearer a1234567)";
  for (std::size_t size = 0; size <= text.size(); ++size) (void)scrubbed(text.substr(0, size));
}

TEST(Scrub, knows_the_names_of_credentials) {
  EXPECT_TRUE(is_credential_name("X-Api-Key"));
  EXPECT_TRUE(is_credential_name("x-auth"));
  EXPECT_TRUE(is_credential_name("Set-Cookie"));
  EXPECT_FALSE(is_credential_name("x-request-id"));
  EXPECT_FALSE(is_credential_name("x-ratelimit-remaining-tokens"));
}

}  // namespace
}  // namespace tollway::recording
