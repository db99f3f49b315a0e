#include "dialects/vendor_request.hpp"

#include <gtest/gtest.h>

#include <array>

namespace tollway::dialects {
namespace {

constexpr VendorForm openai{.model = "gpt-4o", .max_tokens_field = "max_completion_tokens"};

std::string chat(std::string_view body, const VendorForm& vendor = {}) {
  return request_for_vendor(body, RequestForm::chat, vendor);
}

TEST(VendorRequest, a_plain_request_only_gets_the_vendors_name_of_the_model) {
  EXPECT_EQ(chat(R"({"model": "openai/gpt-4o", "temperature": 0.70, "messages": [] })", openai),
            R"({"model": "gpt-4o", "temperature": 0.70, "messages": [] })");
  EXPECT_EQ(chat(R"({"messages":[]})", openai), R"({"model":"gpt-4o","messages":[]})");
  EXPECT_EQ(chat(R"({"model":"m","messages":[]})"), R"({"model":"m","messages":[]})");
}

TEST(VendorRequest, leaves_out_what_only_openrouter_understands) {
  EXPECT_EQ(chat(R"({"provider":{"only":["x"]},"model":"a","models":["b"],"route":"fallback",)"
                 R"("plugins":[],"transforms":[],"preset":"p","session_id":"s","trace":{},)"
                 R"("usage":{"include":true},"debug":{},"cache_control":{"type":"ephemeral"},)"
                 R"("user":"u","messages":[{"provider":"kept"}]})"),
            R"({"model":"a","user":"u","messages":[{"provider":"kept"}]})");
}

TEST(VendorRequest, what_an_endpoint_refuses_besides_is_left_out) {
  constexpr std::array<std::string_view, 2> refused{"top_a", "seed"};
  EXPECT_EQ(chat(R"({"top_a":1,"top_p":1,"seed":3})", {.also_left_out = refused}),
            R"({"top_p":1})");
}

TEST(VendorRequest, the_tier_that_was_chosen_is_asked_for) {
  EXPECT_EQ(chat(R"({"messages":[]})", {.service_tier = "flex"}),
            R"({"service_tier":"flex","messages":[]})");
  EXPECT_EQ(chat(R"({"service_tier":"priority"})", {.service_tier = "default"}),
            R"({"service_tier":"default"})");
  EXPECT_EQ(chat(R"({"service_tier":"fast"})"), R"({"service_tier":"priority"})");
}

TEST(VendorRequest, a_stream_asks_for_its_usage_beside_other_options) {
  EXPECT_EQ(chat(R"({"stream":true})"),
            R"({"stream_options":{"include_usage":true},"stream":true})");
  EXPECT_EQ(chat(R"({"stream":true,"stream_options":{"include_usage":false,"x":[1]}})"),
            R"({"stream":true,"stream_options":{"include_usage":true,"x":[1]}})");
  EXPECT_EQ(chat(R"({"stream_options":null,"stream":true})"),
            R"({"stream_options":{"include_usage":true},"stream":true})");
  EXPECT_EQ(request_for_vendor(R"({"stream":true})", RequestForm::completions, {}),
            R"({"stream_options":{"include_usage":true},"stream":true})");
  EXPECT_EQ(request_for_vendor(R"({"stream":true})", RequestForm::responses, {}),
            R"({"stream":true})");
}

TEST(VendorRequest, no_stream_options_where_they_are_refused) {
  constexpr std::string_view asks = R"({"stream":true,"stream_options":{"include_usage":true}})";
  EXPECT_EQ(chat(asks, {.stream_usage = false}), R"({"stream":true})");
  EXPECT_EQ(chat(R"({"stream":false,"stream_options":{"include_usage":true}})"),
            R"({"stream":false})");
}

TEST(VendorRequest, the_limit_of_an_answer_has_the_vendors_name) {
  EXPECT_EQ(chat(R"({"max_tokens":7})", {.max_tokens_field = "max_completion_tokens"}),
            R"({"max_completion_tokens":7})");
  EXPECT_EQ(chat(R"({"max_completion_tokens":7})"), R"({"max_tokens":7})");
  EXPECT_EQ(chat(R"({"max_tokens":7})"), R"({"max_tokens":7})");
  EXPECT_EQ(chat(R"({"max_tokens":7,"max_completion_tokens":8})"), R"({"max_tokens":7})");
  EXPECT_EQ(chat(R"({"max_tokens":null,"max_completion_tokens":8})"), R"({"max_tokens":8})");
  // OpenAI's newer name is unknown on its older route.
  EXPECT_EQ(request_for_vendor(R"({"max_tokens":7})", RequestForm::completions,
                               {.max_tokens_field = "max_completion_tokens"}),
            R"({"max_tokens":7})");
}

TEST(VendorRequest, reasoning_is_an_effort_where_its_object_is_not_taken) {
  constexpr std::string_view low = R"({"reasoning":{"exclude":true,"effort":"low"}})";
  EXPECT_EQ(chat(low), R"({"reasoning_effort":"low"})");
  EXPECT_EQ(chat(low, {.reasoning_object = true}), low);
  EXPECT_EQ(chat(R"({"reasoning":{"max_tokens":100}})"), R"({})");
  EXPECT_EQ(chat(R"({"reasoning":{"effort":"low"},"reasoning_effort":"high"})"),
            R"({"reasoning_effort":"high"})");
  // A member of Responses' own.
  EXPECT_EQ(request_for_vendor(low, RequestForm::responses, {}), low);
}

TEST(VendorRequest, messages_lose_openrouters_members_and_have_a_limit) {
  EXPECT_EQ(
      request_for_vendor(R"({"model":"anthropic/claude","fallbacks":[{"model":"x"}],"user":"u",)"
                         R"("speed":"fast","cache_control":{"type":"ephemeral"},"messages":[]})",
                         RequestForm::messages, {.model = "claude", .output_tokens = 8192}),
      R"({"max_tokens":8192,"model":"claude",)"
      R"("speed":"fast","cache_control":{"type":"ephemeral"},"messages":[]})");
  EXPECT_EQ(request_for_vendor(R"({"max_tokens":5,"messages":[]})", RequestForm::messages, {}),
            R"({"max_tokens":5,"messages":[]})");
}

TEST(VendorRequest, the_fast_tier_is_the_priority_tier) {
  EXPECT_EQ(chat(R"({"service_tier":"fast"})"), R"({"service_tier":"priority"})");
  EXPECT_EQ(chat(R"({"service_tier":"flex"})"), R"({"service_tier":"flex"})");
}

TEST(VendorRequest, messages_lose_what_only_openrouter_understands_within_them) {
  constexpr std::string_view marked =
      R"({"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"cache_control",)"
      R"( "cache_control":{"type":"ephemeral"}}]}, {"role":"assistant","content":"a","reasoning":"r",)"
      R"("reasoning_details":[{"type":"reasoning.text"}],"tool_calls":[]},)"
      R"({"role":"user","content":"1.50"}]})";
  EXPECT_EQ(chat(marked),
            R"({"model":"m","messages":[{"role":"system","content":[{"type":"text",)"
            R"("text":"cache_control"}]},{"role":"assistant","content":"a","tool_calls":[]},)"
            R"({"role":"user","content":"1.50"}]})");
  EXPECT_EQ(chat(marked, {.cache_control = true}),
            R"({"model":"m","messages":[{"role":"system","content":[{"type":"text",)"
            R"("text":"cache_control", "cache_control":{"type":"ephemeral"}}]},)"
            R"({"role":"assistant","content":"a","tool_calls":[]},)"
            R"({"role":"user","content":"1.50"}]})");
  // Anthropic's own.
  EXPECT_EQ(request_for_vendor(R"({"max_tokens":5,"messages":[{"content":[{"type":"text",)"
                               R"("cache_control":{"type":"ephemeral"}}]}]})",
                               RequestForm::messages, {}),
            R"({"max_tokens":5,"messages":[{"content":[{"type":"text",)"
            R"("cache_control":{"type":"ephemeral"}}]}]})");
}

TEST(VendorRequest, messages_that_only_speak_of_it_stay_byte_for_byte) {
  for (const std::string_view body :
       {R"({"messages":[ {"role":"user","content":"\"cache_control\""} ]})",
        R"({"messages":[{"role":"user","content":[{"type":"text","text":"a_b _control\" x"}]}]})",
        R"({"messages":"not a list with \"cache_control\""})",
        R"({"messages":[{"role":"assistant","reasoning":"alone","content":null}]})"}) {
    EXPECT_EQ(chat(body), body);
  }
}

TEST(VendorRequest, tools_that_only_openrouter_runs_are_left_out) {
  EXPECT_EQ(chat(R"({"tools":[{"type":"openrouter:web_search"}, {"type":"function","function":)"
                 R"({"name":"f"},"cache_control":{"type":"ephemeral"}}],)"
                 R"("tool_choice":{"type":"openrouter:web_search"}})"),
            R"({"tools":[{"type":"function","function":{"name":"f"}}]})");
  EXPECT_EQ(chat(R"({"model":"m","tools":[{"type":"openrouter:datetime","parameters":{}}],)"
                 R"("tool_choice":"required","parallel_tool_calls":true})"),
            R"({"model":"m"})");
  EXPECT_EQ(
      request_for_vendor(R"({"tools":[{"type":"openrouter:web_search"},{"type":"web_search"}]})",
                         RequestForm::responses, {}),
      R"({"tools":[{"type":"web_search"}]})");
  constexpr std::string_view own =
      R"({"tools":[ {"type":"function","function":{"name":"f","description":"openrouter: yes"}} ]})";
  EXPECT_EQ(chat(own), own);
}

TEST(VendorRequest, embeddings_lose_their_provider_only) {
  EXPECT_EQ(request_for_vendor(R"({"model":"a","provider":{},"input":"x","user":"u"})",
                               RequestForm::other, {.model = "b"}),
            R"({"model":"b","input":"x","user":"u"})");
}

}  // namespace
}  // namespace tollway::dialects
