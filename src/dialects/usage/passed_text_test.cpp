#include "dialects/usage/passed_text.hpp"

#include <gtest/gtest.h>

#include <array>

#include "dialects/json_reader.hpp"
#include "dialects/usage/text_of.hpp"

namespace tollway::dialects {
namespace {

constexpr std::array<std::string_view, 2> names{R"("content")", R"("reasoning")"};

TEST(PassedText, TakesWhatIsSaidWhereverItStands) {
  PassedText passed;
  EXPECT_TRUE(passed.empty());
  for (const auto* event :
       {R"({"delta":{"content":"","reasoning":"Hm, "}})",
        R"({"delta":{"content":"","reasoning":"so"}})",
        R"({"delta":{"content":null,"reasoning":". "}})", R"({"delta":{"content":"say \"Hi\\"}})",
        R"({"longer":1,"delta":{"content" : "\u00fc\n"}})", R"({"delta":{"content":""}})", "{}",
        R"({"delta":{"content":"cut)"}) {
    passed.take(event, names);
  }
  EXPECT_EQ(passed.text().kept, "Hm, so. say \"Hi\\\u00fc\n");
  EXPECT_EQ(passed.text().bytes, passed.text().kept.size());
}

TEST(PassedText, KeepsABoundedPart) {
  PassedText passed;
  const std::string event = R"({"content":")" + std::string(1000, 'x') + R"(\u00e9"})";
  for (int i = 0; i < 400; ++i) passed.take(event, names);
  EXPECT_EQ(passed.bytes(), 400 * 1006U);
  EXPECT_NEAR(static_cast<double>(passed.text().bytes), 400 * 1002, 400) << "without escapes";
  EXPECT_LE(passed.text().kept.size(), llm::TextSample::kept_bytes_max);
  EXPECT_GT(passed.text().kept.size(), llm::TextSample::kept_bytes_max * 99 / 100);
}

TEST(PassedText, KeepsWholeCharacters) {
  llm::TextSample sample;
  sample.add("x");
  while (sample.bytes <= llm::TextSample::kept_bytes_max) sample.add("\u00e9");
  EXPECT_EQ(sample.kept.size(), llm::TextSample::kept_bytes_max - 1);
  EXPECT_TRUE(sample.kept.ends_with("\u00e9"));
  sample.add("y");
  EXPECT_TRUE(sample.kept.ends_with("\u00e9")) << "there is a gap";
}

std::string taken(std::initializer_list<std::string_view> events) {
  static constexpr std::array<std::string_view, 5> carriers{
      R"("content")", R"("reasoning")", R"("reasoning_content")", R"("arguments")", R"("text")"};
  PassedText passed;
  for (const auto event : events) passed.take(event, carriers);
  return passed.text().kept;
}

TEST(PassedText, TakesAllChoicesAndToolCallsOfAnEvent) {
  constexpr std::string_view both =
      R"({"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]})";
  constexpr std::string_view one = R"({"choices":[{"index":0,"delta":{"content":"c"}}]})";
  EXPECT_EQ(taken({both, both}), "abab");
  EXPECT_EQ(taken({one, both, one, one, both}), "cabccab");
  EXPECT_EQ(taken({R"({"choices":[{"delta":{"content":"Hi","tool_calls":[)"
                   R"({"index":0,"function":{"name":"f","arguments":"{1"}},)"
                   R"({"index":1,"function":{"name":"g","arguments":"{2"}}]}}]})"}),
            "Hi{1{2");
  EXPECT_EQ(taken({R"({"delta":{"reasoning":"Hm","content":"Hi"}})"}), "HmHi");
}

TEST(PassedText, WhatIsSaidTwiceIsTakenOnce) {
  EXPECT_EQ(taken({R"({"delta":{"reasoning":"Hm","reasoning_content":"Hm"}})"}), "Hm");
  constexpr std::string_view details = R"("reasoning_details":[{"text":"Hm","x":"]"}])";
  const std::string before = R"({"delta":{)" + std::string(details) + R"(,"reasoning":"Hm"}})";
  const std::string behind = R"({"delta":{"reasoning":"Hm",)" + std::string(details) + "}}";
  const std::string alone = R"({"delta":{"content":"",)" + std::string(details) + "}}";
  EXPECT_EQ(taken({before}), "Hm");
  EXPECT_EQ(taken({behind, behind}), "HmHm");
  EXPECT_EQ(taken({alone}), "Hm");
  EXPECT_EQ(taken({R"({"delta":{"content":"Hi","annotations":[{"content":"page"}]},)"
                   R"("logprobs":{"content":[{"text":"Hi"}]}})"}),
            "Hi");
  // Of two choices that say the same, both are billed.
  EXPECT_EQ(taken({R"({"choices":[{"delta":{"reasoning":"a"}},{"delta":{"reasoning":"a"}}]})"}),
            "aa");
}

TEST(TextOf, APromptIsItsTextAndNoImage) {
  const auto request = parse_object(
      R"({"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"What is"},)"
      R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}],)"
      R"("tools":[{"type":"function","function":{"name":"f"}}],"user":"somebody"})");
  const auto prompt = prompt_text(*request);
  EXPECT_EQ(prompt.messages, 1);
  EXPECT_EQ(prompt.text.kept, "userWhat istypefunctionnamef");
}

std::string broken(std::string_view json) {
  PassedText text;
  text.take_broken(json);
  return text.text().kept;
}

TEST(PassedText, AWholeAnswerThatBreaksOffIsReadAsFarAsItCame) {
  constexpr std::string_view chat =
      R"({"id":"content","choices":[{"message":{"role":"assistant","reasoning":"Hm, ",)"
      R"("reasoning_details":[{"text":"Hm, ]\""}],"content":"say \"Hi\u0021\" \\","tool_calls":)"
      R"([{"function":{"name":"f","arguments":"{\"a\":1}"}}]}}],"usage":{}})";
  EXPECT_EQ(broken(chat), R"(Hm, say "Hi!" \{"a":1})");
  EXPECT_EQ(broken(chat.substr(0, chat.find("Hi"))), R"(Hm, say ")");
  EXPECT_EQ(broken(chat.substr(0, chat.find("0021"))), R"(Hm, say "Hi)");
  EXPECT_EQ(broken(chat.substr(0, chat.find("details"))), "Hm, ");
  EXPECT_EQ(broken(R"({"output":[{"content":[{"type":"output_text","text":"H)"), "H");
  EXPECT_EQ(broken(R"({"content": [{"type": "thinking", "thinking": "a"}, {"text": "b)"), "ab");
  for (std::size_t size = 0; size < chat.size(); ++size) {
    EXPECT_LE(broken(chat.substr(0, size)).size(), broken(chat).size() + 1) << size;
  }
  EXPECT_EQ(broken("<html>\"content\""), "");
}

TEST(TextOf, AnAnswerIsWhatTheModelWrote) {
  EXPECT_EQ(answer_text(*parse_object(R"({"choices":[{"message":{"content":"Hi","reasoning":"Hm",)"
                                      R"("reasoning_details":[{"text":"Hm"}]}}],"usage":{}})"))
                .kept,
            "HiHm");
  EXPECT_EQ(answer_text(*parse_object(R"({"output":[{"content":[{"type":"output_text",)"
                                      R"("text":"Hi"}]}],"instructions":"Be kind"})"))
                .kept,
            "Hi");
  EXPECT_EQ(answer_text(*parse_object(R"({"data":[{"embedding":"AAAA"}]})")).bytes, 0U);
}

}  // namespace
}  // namespace tollway::dialects
