// What streams say of their usage, and when it is that of the whole answer.
#include "dialects/usage/note_usage.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollway::dialects {
namespace {

struct Event {
  std::string_view type;
  std::string data;
};

Progress read(const Dialect& dialect, const std::vector<Event>& events) {
  Progress progress;
  for (const auto& event : events) {
    dialect.read_event({.type = event.type, .data = event.data, .id = {}, .has_data = true},
                       progress);
  }
  return progress;
}

std::string usage(int prompt, int completion) {
  return R"("usage":{"prompt_tokens":)" + std::to_string(prompt) + R"(,"completion_tokens":)" +
         std::to_string(completion) + "}";
}
// A chunk of a vendor that states in each what was used so far.
Event step(int completion, std::string_view finish = "null") {
  return {"", R"({"id":"c","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":)" +
                  std::string(finish) + "}]," + usage(10, completion) + "}"};
}
const Event done{"", "[DONE]"};

TEST(NoteUsage, of_chunks_before_the_last_is_a_step) {
  for (const auto* dialect : {&openai_chat(), &openai_completions()}) {
    const auto begun = read(*dialect, {step(1), step(2)});
    ASSERT_TRUE(begun.metered);
    EXPECT_EQ(begun.metered->output, 2);
    EXPECT_FALSE(begun.usage_complete);
    const auto finished = read(*dialect, {step(1), step(2), step(3, R"("stop")")});
    EXPECT_TRUE(finished.usage_complete);
    EXPECT_EQ(finished.metered->output, 3);
    EXPECT_TRUE(read(*dialect, {step(1), done}).usage_complete) << "there is no finish reason";
  }
}

TEST(NoteUsage, of_a_chunk_without_choices_is_the_whole) {
  const Event last{"", R"({"id":"c","choices":[],)" + usage(10, 5) + "}"};
  const auto progress = read(openai_chat(), {step(1), last});
  EXPECT_TRUE(progress.usage_complete);
  EXPECT_EQ(progress.metered->output, 5);
}

TEST(NoteUsage, of_a_stream_that_failed_is_a_step) {
  EXPECT_FALSE(read(openai_chat(), {step(1), step(1, R"("error")"), done}).usage_complete);
}

TEST(NoteUsage, U21_of_usage_twice_the_later_counts) {
  const Event first{"", R"({"id":"c","choices":[],)" + usage(10, 5) + "}"};
  const Event second{"", R"({"id":"c","choices":[],)" + usage(10, 7) + "}"};
  const auto twice = read(openai_chat(), {step(1, R"("stop")"), first, second, done});
  EXPECT_TRUE(twice.usage_complete);
  EXPECT_EQ(twice.metered->output, 7);
  const Event absurd{"", R"({"id":"c","choices":[],)" + usage(10, -7) + "}"};
  const auto kept = read(openai_chat(), {step(1, R"("stop")"), first, absurd, done});
  EXPECT_TRUE(kept.usage_complete);
  EXPECT_EQ(kept.metered->output, 5);
}

TEST(NoteUsage, U21_a_step_is_not_the_whole_because_the_whole_is_absurd) {
  const Event absurd{"", R"({"id":"c","choices":[],)" + usage(10, -7) + "}"};
  const auto chat = read(openai_chat(), {step(1), absurd, done});
  EXPECT_FALSE(chat.metered);
  EXPECT_FALSE(chat.usage_complete);
  const auto messages =
      read(anthropic_messages(),
           {{"message_start", R"({"message":{"usage":{"input_tokens":3,"output_tokens":1}}})"},
            {"message_delta", R"({"usage":{"input_tokens":-3,"output_tokens":90}})"}});
  EXPECT_FALSE(messages.usage_complete);
}

TEST(NoteUsage, of_responses_is_the_whole_at_their_end) {
  const auto event = [](std::string_view type, int output) {
    return Event{"", R"({"type":")" + std::string(type) +
                         R"(","response":{"id":"r","usage":{"input_tokens":3,"output_tokens":)" +
                         std::to_string(output) + "}}}"};
  };
  EXPECT_FALSE(read(openai_responses(), {event("response.in_progress", 1)}).usage_complete);
  const auto whole =
      read(openai_responses(), {event("response.in_progress", 1), event("response.completed", 9)});
  EXPECT_TRUE(whole.usage_complete);
  EXPECT_EQ(whole.metered->output, 9);
}

// Anthropic's first event has cache_creation, its last the sum alone.
TEST(NoteUsage, hourly_cache_writes_stay_hourly_to_the_end_of_a_stream) {
  const auto streamed = [](std::string_view split, int written, std::string_view last_split) {
    const auto progress =
        read(anthropic_messages(),
             {{"message_start",
               R"({"message":{"usage":{"input_tokens":3,"cache_creation_input_tokens":100000,)"
               R"("cache_creation":{)" +
                   std::string(split) + R"(},"output_tokens":1}}})"},
              {"message_delta", R"({"usage":{"input_tokens":3,"cache_creation_input_tokens":)" +
                                    std::to_string(written) + std::string(last_split) +
                                    R"(,"output_tokens":7}})"}});
    EXPECT_TRUE(progress.usage_complete);
    EXPECT_EQ(progress.metered->output, 7);
    return std::pair(progress.metered->cache_write_5m, progress.metered->cache_write_1h);
  };
  using Split = std::pair<std::int64_t, std::int64_t>;
  constexpr std::string_view hourly = R"("ephemeral_1h_input_tokens":100000)";
  constexpr std::string_view mixed =
      R"("ephemeral_5m_input_tokens":60000,"ephemeral_1h_input_tokens":40000)";
  constexpr std::string_view short_lived = R"("ephemeral_5m_input_tokens":100000)";
  EXPECT_EQ(streamed(hourly, 100'000, ""), Split(0, 100'000));
  EXPECT_EQ(streamed(hourly, 120'000, ""), Split(0, 120'000));
  EXPECT_EQ(streamed(mixed, 100'000, ""), Split(60'000, 40'000));
  EXPECT_EQ(streamed(mixed, 30'000, ""), Split(0, 30'000));
  EXPECT_EQ(streamed(short_lived, 100'000, ""), Split(100'000, 0));
  EXPECT_EQ(streamed(hourly, 100'000, R"(,"cache_creation":{"ephemeral_5m_input_tokens":100000})"),
            Split(100'000, 0))
      << "what the last event says counts";
}

}  // namespace
}  // namespace tollway::dialects
