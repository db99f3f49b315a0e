#include "gateway/request_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "net/read_buffer.hpp"

namespace tollway::gateway {
namespace {

using testing::HasSubstr;

Result<BodyFacts> read(std::string body) {
  const std::size_t size = body.size();
  body.append(net::ReadBuffer::slack_bytes, '\0');
  return read_request(std::string_view(body).substr(0, size));
}

std::string refusal(std::string body) {
  const auto facts = read(std::move(body));
  if (facts) return "accepted";
  EXPECT_EQ(facts.error().code, Errc::bad_request);
  EXPECT_EQ(facts.error().source, Source::client);
  return facts.error().message;
}

TEST(RequestReader, ReadsWhatRoutes) {
  const auto facts = read(R"( {"messages":[],"stream":true,"model":"openai/gpt-4o"})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->model, "openai/gpt-4o");
  EXPECT_TRUE(facts->stream);
  EXPECT_TRUE(facts->wishes.models.empty());
}

TEST(RequestReader, NullMeansUnset) {
  const auto facts = read(R"({"model":null,"stream":null})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->model, "");
  EXPECT_FALSE(facts->stream);
}

std::uint64_t conversation(std::string body) {
  return read(std::move(body)).value().wishes.conversation.hash();
}

TEST(RequestReader, AConversationIsKnownByItsFirstMessages) {
  const auto hello = conversation(R"({"messages":[{"role":"system","content":"Be brief."},)"
                                  R"({"role":"user","content":"Hello"}]})");
  EXPECT_NE(hello, 0U);
  EXPECT_EQ(conversation(R"({"messages":[{"role":"system","content":"Be brief."},)"
                         R"({"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"},)"
                         R"({"role":"user","content":"And now?"}]})"),
            hello);
  EXPECT_NE(conversation(R"({"messages":[{"role":"system","content":"Be long."},)"
                         R"({"role":"user","content":"Hello"}]})"),
            hello);
  EXPECT_EQ(
      conversation(R"({"system":"Be brief.","messages":[{"role":"user","content":"Hello"}]})"),
      hello);
  EXPECT_EQ(conversation(R"({"instructions":"Be brief.","input":"Hello"})"), hello);
  EXPECT_NE(conversation(R"({"instructions":"Be brief.","input":[{"role":"user","content":)"
                         R"([{"type":"input_text","text":"Hello"}]}]})"),
            0U);
  EXPECT_EQ(conversation(R"({"model":"a/b"})"), 0U);
}

TEST(RequestReader, ASessionSaysMoreOfAConversationThanItsMessages) {
  const auto session =
      conversation(R"({"session_id":"s","messages":[{"role":"user","content":"1"}]})");
  EXPECT_EQ(conversation(R"({"prompt_cache_key":"k","session_id":"s"})"), session);
  const auto cache = conversation(R"({"prompt_cache_key":"k","input":"Hello"})");
  EXPECT_EQ(conversation(R"({"prompt_cache_key":"k","input":"Bye"})"), cache);
  EXPECT_NE(cache, session);
}

TEST(RequestReader, C09_bad_json_names_the_byte) {
  EXPECT_THAT(refusal(R"({"model":"x",})"), HasSubstr("at byte 13"));
  EXPECT_THAT(refusal(R"({"model":"x"} x)"), HasSubstr("at byte 14"));
  EXPECT_THAT(refusal(R"({"model":"x")"), HasSubstr("at byte 12"));
  EXPECT_THAT(refusal(""), HasSubstr("at byte 0"));
  EXPECT_THAT(refusal("{\"model\":\"\xff\"}"), HasSubstr("not valid JSON"));
}

TEST(RequestReader, C10_depth_is_bounded) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(read(nested(limits::json_depth_max - 2)));
  EXPECT_THAT(refusal(nested(limits::json_depth_max)), HasSubstr("nested deeper than 512"));
  EXPECT_THAT(refusal(nested(1'000'000)), HasSubstr("nested deeper than 512"));
}

TEST(RequestReader, C11_a_field_that_acts_appears_once) {
  EXPECT_THAT(refusal(R"({"model":"a","model":"b"})"), HasSubstr("\"model\" appears twice"));
  EXPECT_THAT(refusal(R"({"model":"a","mod\u0065l":"b"})"), HasSubstr("appears twice"));
  EXPECT_THAT(refusal(R"({"max_tokens":1,"max_tokens":9})"), HasSubstr("appears twice"));
  EXPECT_TRUE(read(R"({"model":"a","metadata":{"model":"b"}})"));
}

TEST(RequestReader, RefusesOtherTypes) {
  EXPECT_THAT(refusal("[]"), HasSubstr("must be a JSON object"));
  EXPECT_THAT(refusal(R"({"model":1})"), HasSubstr("\"model\" must be a string"));
  EXPECT_THAT(refusal(R"({"stream":"yes"})"), HasSubstr("\"stream\" must be true or false"));
  EXPECT_THAT(refusal(R"({"model":"a\nb"})"), HasSubstr("control characters"));
  EXPECT_THAT(refusal(R"({"n":18446744073709551616})"), HasSubstr("a number is out of range"));
}

TEST(RequestReader, PutsTheModelInFront) {
  const auto with = [](const std::string& body) {
    return with_model(body, *read(body), "a/\"b\"");
  };
  EXPECT_EQ(with(R"( {"messages":[]})"), R"( {"model":"a/\"b\"","messages":[]})");
  EXPECT_EQ(with("{ }"), R"({"model":"a/\"b\"" })");
}

TEST(RequestReader, LargeBodiesAreReadToo) {
  const std::string text(1'000'000, 'x');
  const auto facts = read(R"({"messages":[{"content":")" + text + R"("}],"model":"m"})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->model, "m");
}

TEST(RequestReader, ReadsTheTierThatIsAskedFor) {
  using llm::ServiceTier;
  EXPECT_EQ(read(R"({"model":"m"})")->tier, std::nullopt);
  EXPECT_EQ(read(R"({"service_tier":"auto"})")->tier, std::nullopt);
  EXPECT_EQ(read(R"({"service_tier":null,"speed":7})")->tier, std::nullopt);
  EXPECT_EQ(read(R"({"service_tier":"flex"})")->tier, ServiceTier::flex);
  EXPECT_EQ(read(R"({"service_tier":"fast"})")->tier, ServiceTier::priority);
  EXPECT_EQ(read(R"({"speed":"fast","service_tier":"default"})")->tier, ServiceTier::priority);
  EXPECT_EQ(read(R"({"service_tier":"gold"})")->tier, ServiceTier::other);
  EXPECT_EQ(refusal(R"({"speed":"fast","speed":"standard"})"), "\"speed\" appears twice");
}

}  // namespace
}  // namespace tollway::gateway
