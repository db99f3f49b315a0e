#include "dialects/chat_fields.hpp"

#include <gtest/gtest.h>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

struct Counted {
  Usage usage;
  std::optional<Money> cost;
};

Counted usage_in(std::string_view json) {
  Counted counted;
  const auto answer = parse_object(json);
  if (answer) read_chat_usage(*answer, counted.usage, counted.cost);
  return counted;
}

TEST(ChatFields, UsageWhereVendorsPutIt) {
  EXPECT_EQ(usage_in(R"({"usage":{"prompt_tokens":3}})").usage.prompt_tokens, 3);
  EXPECT_EQ(usage_in(R"({"x_groq":{"usage":{"prompt_tokens":4}}})").usage.prompt_tokens, 4);
  EXPECT_EQ(usage_in(R"({"usage":{"prompt_cache_hit_tokens":5}})").usage.cached_tokens, 5);
  const auto details =
      usage_in(R"({"usage":{"prompt_tokens_details":{"cached_tokens":1,"cache_write_tokens":2},)"
               R"("completion_tokens_details":{"reasoning_tokens":3}}})");
  EXPECT_EQ(details.usage.cached_tokens, 1);
  EXPECT_EQ(details.usage.cache_write_tokens, 2);
  EXPECT_EQ(details.usage.reasoning_tokens, 3);
  EXPECT_EQ(details.usage.prompt_tokens, std::nullopt);
  EXPECT_EQ(usage_in(R"({"usage":null})").usage.prompt_tokens, std::nullopt);
}

TEST(ChatFields, CompletionTokensHoldReasoningThatIsCountedBesideThem) {
  const auto grok =
      usage_in(R"({"usage":{"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,)"
               R"("completion_tokens_details":{"reasoning_tokens":2809}}})");
  EXPECT_EQ(grok.usage.completion_tokens, 4308);
  EXPECT_EQ(grok.usage.reasoning_tokens, 2809);
  // The same again in a later chunk.
  Counted twice;
  for (int i = 0; i < 2; ++i) {
    read_chat_usage(
        *parse_object(
            R"({"usage":{"prompt_tokens":35,"completion_tokens":12,"total_tokens":109}})"),
        twice.usage, twice.cost);
    EXPECT_EQ(twice.usage.completion_tokens, 74);
  }
}

TEST(ChatFields, SoundAndImagesAreCounted) {
  const auto usage =
      usage_in(R"({"usage":{"prompt_tokens_details":{"audio_tokens":1,"image_tokens":2},)"
               R"("completion_tokens_details":{"audio_tokens":3,"image_tokens":4}}})")
          .usage;
  EXPECT_EQ(usage.input_audio_tokens, 1);
  EXPECT_EQ(usage.input_image_tokens, 2);
  EXPECT_EQ(usage.output_audio_tokens, 3);
  EXPECT_EQ(usage.output_image_tokens, 4);
}

TEST(ChatFields, ACostIsExactOrUnknown) {
  EXPECT_EQ(usage_in(R"({"usage":{"cost":0.0076509169000000005}})").cost, Money{7'650'917});
  EXPECT_EQ(usage_in(R"({"usage":{"cost":0}})").cost, Money{0});
  EXPECT_EQ(usage_in(R"({"usage":{"cost":-1}})").cost, std::nullopt);
  EXPECT_EQ(usage_in(R"({"usage":{"cost":"1"}})").cost, std::nullopt);
  EXPECT_EQ(usage_in(R"({"usage":{"cost":null}})").cost, std::nullopt);
  EXPECT_EQ(usage_in(R"({"usage":{"cost":1e300}})").cost, std::nullopt);
}

TEST(ChatFields, ReasoningUnderEitherNameOnce) {
  const auto reasoning_in = [](std::string_view json) {
    std::string reasoning;
    append_reasoning(*parse_object(json), reasoning);
    return reasoning;
  };
  EXPECT_EQ(reasoning_in(R"({"reasoning":"a"})"), "a");
  EXPECT_EQ(reasoning_in(R"({"reasoning_content":"b"})"), "b");
  EXPECT_EQ(reasoning_in(R"({"reasoning":"a","reasoning_content":"a"})"), "a");
  EXPECT_EQ(reasoning_in(R"({"reasoning":null,"reasoning_content":"b"})"), "b");
}

TEST(ChatFields, ContentIsTextOrParts) {
  std::string text;
  std::string reasoning;
  const auto append = [&](std::string_view json) {
    const auto object = parse_object(json);
    append_content((*object)["c"], text, reasoning);
  };
  append(R"({"c":"a"})");
  append(R"({"c":["b",{"type":"text","text":"c"},{"type":"image_url"},7]})");
  append(R"({"c":[{"type":"thinking","thinking":[{"type":"text","text":"so"}]}]})");
  append(R"({"c":null})");
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(reasoning, "so");
}

TEST(ChatFields, ArgumentsAreText) {
  const auto arguments_in = [](std::string_view json) {
    return read_function(*parse_object(json)).arguments;
  };
  EXPECT_EQ(arguments_in(R"({"function":{"name":"f","arguments":"{ }"}})"), "{ }");
  EXPECT_EQ(arguments_in(R"({"function":{"arguments":{"a" : 1}}})"), R"({"a":1})");
  EXPECT_EQ(arguments_in(R"({"function":{"arguments":null}})"), "");
  EXPECT_EQ(arguments_in(R"({"type":"function"})"), "");
}

TEST(ChatFields, TheFirstEnvelopeCounts) {
  ChatReply reply;
  read_envelope(*parse_object(R"({"id":"g","model":"m"})"), reply);
  read_envelope(*parse_object(R"({"id":"h","model":"n","provider":"Google"})"), reply);
  EXPECT_EQ(reply.id, "g");
  EXPECT_EQ(reply.model, "m");
  EXPECT_EQ(reply.provider, "Google");
}

}  // namespace
}  // namespace tollway::dialects
