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
  for (int i = 0; i < 100; ++i) passed.take(event, names);
  EXPECT_EQ(passed.text().bytes, 100 * 1006U);
  EXPECT_LE(passed.text().kept.size(), llm::TextSample::kept_bytes_max);
  EXPECT_GT(passed.text().kept.size(), llm::TextSample::kept_bytes_max - 200);
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
