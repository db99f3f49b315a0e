// Recorded answers of each vendor through the library's readers, held against what a plain walk
// through the recording finds. Not against golden files: those would be a copy of the recordings,
// or digests that nobody can read, and made by the very readers that they are to hold.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "dialects/chat_problem.hpp"
#include "dialects/chat_reply_reader.hpp"
#include "dialects/chat_stream_reader.hpp"
#include "http/sse_decoder.hpp"
#include "recording/format.hpp"

namespace tollway {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// What of a reply is compared.
struct Told {
  std::string content;
  std::string reasoning;
  std::map<std::size_t, ToolCall> tool_calls;
  std::string finish_reason;
  std::string native_finish_reason;
  Usage usage;
  std::optional<Money> cost;
  std::vector<std::string> cited;
  std::size_t images = 0;
};

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string().c_str()) : "";
}

const json::object* object_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

json::array array_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array() : json::array();
}

std::optional<std::int64_t> count_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return {};
  return value->get_int64();
}

void tell_content(const json::object& message, Told& told) {
  told.content += text_of(message, "content");
  for (const auto& part : array_of(message, "content")) {
    told.content += text_of(part.as_object(), "text");
    for (const auto& thought : array_of(part.as_object(), "thinking")) {
      told.reasoning += text_of(thought.as_object(), "text");
    }
  }
  const std::string reasoning = text_of(message, "reasoning");
  told.reasoning += reasoning.empty() ? text_of(message, "reasoning_content") : reasoning;
}

void tell_tool_calls(const json::object& message, Told& told) {
  std::size_t place = 0;
  for (const auto& entry : array_of(message, "tool_calls")) {
    const auto index = count_of(entry.as_object(), "index");
    ToolCall& call = told.tool_calls[index ? static_cast<std::size_t>(*index) : place];
    ++place;
    if (call.id.empty()) call.id = text_of(entry.as_object(), "id");
    const json::object& function = entry.at("function").as_object();
    if (call.name.empty()) call.name = text_of(function, "name");
    call.arguments += text_of(function, "arguments");
  }
}

void tell_message(const json::object& message, Told& told) {
  tell_content(message, told);
  tell_tool_calls(message, told);
  for (const auto& annotation : array_of(message, "annotations")) {
    if (const auto* const citation = object_of(annotation.as_object(), "url_citation")) {
      told.cited.push_back(text_of(*citation, "url"));
    }
  }
  told.images += array_of(message, "images").size();
}

void tell_usage(const json::object& answer, Told& told) {
  const json::object* usage = object_of(answer, "usage");
  const json::object* const groq = object_of(answer, "x_groq");
  if (usage == nullptr && groq != nullptr) usage = object_of(*groq, "usage");
  if (usage == nullptr) return;
  told.usage.prompt_tokens = count_of(*usage, "prompt_tokens");
  told.usage.completion_tokens = count_of(*usage, "completion_tokens");
  told.usage.total_tokens = count_of(*usage, "total_tokens");
  if (const auto* const details = object_of(*usage, "prompt_tokens_details")) {
    told.usage.cached_tokens = count_of(*details, "cached_tokens");
    told.usage.cache_write_tokens = count_of(*details, "cache_write_tokens");
  }
  if (const auto* const details = object_of(*usage, "completion_tokens_details")) {
    told.usage.reasoning_tokens = count_of(*details, "reasoning_tokens");
  }
  if (const json::value* const cost = usage->if_contains("cost"); cost && cost->is_number()) {
    told.cost = Money{std::llround(cost->to_number<double>() * 1e9)};
  }
}

void tell_answer(const json::object& answer, const char* message, Told& told) {
  tell_usage(answer, told);
  const auto choices = array_of(answer, "choices");
  if (choices.empty()) return;
  const json::object& choice = choices[0].as_object();
  if (const auto* const said = object_of(choice, message)) tell_message(*said, told);
  const auto finish = text_of(choice, "finish_reason");
  if (!finish.empty()) told.finish_reason = finish;
  const auto native = text_of(choice, "native_finish_reason");
  if (!native.empty()) told.native_finish_reason = native;
}

// The data of each event; recorded events have one line of it.
std::vector<json::object> events_of(const std::string& stream) {
  std::vector<json::object> events;
  std::istringstream lines(stream);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("data:") && line.find("[DONE]") == line.npos) {
      events.push_back(json::parse(line.substr(5)).as_object());
    }
  }
  return events;
}

Told told_by(const ChatReply& reply) {
  Told told{.content = reply.content,
            .reasoning = reply.reasoning,
            .tool_calls = {},
            .finish_reason = reply.finish_reason,
            .native_finish_reason = reply.native_finish_reason,
            .usage = reply.usage,
            .cost = reply.cost,
            .cited = {},
            .images = reply.images.size()};
  for (const auto& call : reply.tool_calls) told.tool_calls[told.tool_calls.size()] = call;
  for (const auto& citation : reply.citations) told.cited.push_back(citation.url);
  return told;
}

void expect_equal(const Told& came, const Told& expected) {
  EXPECT_EQ(came.content, expected.content);
  EXPECT_EQ(came.reasoning, expected.reasoning);
  EXPECT_EQ(came.finish_reason, expected.finish_reason);
  EXPECT_EQ(came.native_finish_reason, expected.native_finish_reason);
  EXPECT_EQ(came.usage.prompt_tokens, expected.usage.prompt_tokens);
  EXPECT_EQ(came.usage.completion_tokens, expected.usage.completion_tokens);
  EXPECT_EQ(came.usage.total_tokens, expected.usage.total_tokens);
  EXPECT_EQ(came.usage.cached_tokens, expected.usage.cached_tokens);
  EXPECT_EQ(came.usage.cache_write_tokens, expected.usage.cache_write_tokens);
  EXPECT_EQ(came.usage.reasoning_tokens, expected.usage.reasoning_tokens);
  EXPECT_EQ(came.cost, expected.cost);
  EXPECT_EQ(came.cited, expected.cited);
  EXPECT_EQ(came.images, expected.images);
  ASSERT_EQ(came.tool_calls.size(), expected.tool_calls.size());
  auto call = came.tool_calls.begin();
  for (const auto& [index, wanted] : expected.tool_calls) {
    EXPECT_EQ(call->second.id, wanted.id);
    EXPECT_EQ(call->second.name, wanted.name);
    EXPECT_EQ(call->second.arguments, wanted.arguments.empty() ? "{}" : wanted.arguments);
    ++call;
  }
}

struct Streamed {
  ChatReply reply;
  std::string deltas;  // their contents, each behind a bar
  std::string problem;
};

// A stream through decoder and reader.
class StreamReading {
 public:
  explicit StreamReading(const char* provider) : reader_(provider) {}

  void feed(std::string_view bytes) {
    if (auto fed = decoder_.feed(bytes); !fed && problem_.empty()) problem_ = fed.error().message;
    take();
  }
  Streamed end() {
    decoder_.finish();
    take();
    if (auto ended = reader_.end(); !ended && problem_.empty()) problem_ = ended.error().message;
    return {reader_.reply(), deltas_, problem_};
  }

 private:
  void take() {
    while (problem_.empty()) {
      const auto event = decoder_.next();
      if (!event) return;
      const auto delta = reader_.read(*event);
      if (!delta) {
        problem_ = delta.error().message;
      } else if (*delta) {
        deltas_ += '|' + (*delta)->content;
      }
    }
  }

  http::SseDecoder decoder_;
  dialects::ChatStreamReader reader_;
  std::string deltas_;
  std::string problem_;
};

Streamed read_stream(std::string_view stream, std::size_t read_size) {
  StreamReading reading("Vendor");
  for (std::size_t at = 0; at < stream.size(); at += read_size) {
    reading.feed(stream.substr(at, read_size));
  }
  return reading.end();
}

struct Recorded {
  std::string name;
  std::string vendor;
  int status = 0;
  std::string body;
  [[nodiscard]] bool is_stream() const { return body.starts_with("data:") || body[0] == ':'; }
};

class RecordedChats : public testing::Test {
 protected:
  static inline const fs::path directory = "../shared/recordings";

  void SetUp() override {
    if (!fs::exists(directory)) {
      GTEST_SKIP() << "lacks ../shared/recordings (run from the project's root)";
    }
    for (const auto& entry : fs::recursive_directory_iterator(directory)) {
      if (entry.path().extension() == ".json") add(entry.path());
    }
  }

  void add(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto exchange = recording::parse_exchange(text);
    ASSERT_TRUE(exchange) << file;
    if (exchange->path.find("chat/completions") == std::string::npos) return;
    Recorded& added = recorded_.emplace_back();
    added.name = file.filename();
    added.vendor = file.parent_path().filename();
    added.status = exchange->status;
    for (const auto& chunk : exchange->chunks) added.body += chunk.data;
  }

  std::vector<Recorded> recorded_;
};

TEST_F(RecordedChats, WholeAnswersSayWhatTheyHold) {
  std::map<std::string, int> compared;
  for (const auto& each : recorded_) {
    if (each.status != 200 || each.is_stream()) continue;
    SCOPED_TRACE(each.vendor + "/" + each.name);
    const auto reply = dialects::read_chat_reply(std::string(each.body), "Vendor");
    ASSERT_TRUE(reply) << reply.error().message;
    Told expected;
    tell_answer(json::parse(each.body).as_object(), "message", expected);
    expect_equal(told_by(*reply), expected);
    EXPECT_EQ(reply->raw_json, each.body);
    ++compared[each.vendor];
  }
  EXPECT_EQ(compared, (std::map<std::string, int>{{"cerebras", 7},
                                                  {"deepseek", 4},
                                                  {"groq", 12},
                                                  {"mistral", 19},
                                                  {"ollama", 1},
                                                  {"openai", 12},
                                                  {"openrouter", 32},
                                                  {"openrouter-sdk", 6},
                                                  {"zai", 3}}));
}

TEST_F(RecordedChats, StreamsSayWhatTheyHold) {
  std::map<std::string, int> compared;
  for (const auto& each : recorded_) {
    if (each.status != 200 || !each.is_stream()) continue;
    SCOPED_TRACE(each.vendor + "/" + each.name);
    const auto streamed = read_stream(each.body, each.body.size());
    Told expected;
    std::string problem;
    for (const auto& event : events_of(each.body)) {
      if (const auto* const error = object_of(event, "error")) problem = text_of(*error, "message");
      if (problem.empty()) tell_answer(event, "delta", expected);
    }
    ++compared[each.vendor];
    EXPECT_EQ(streamed.problem.empty(), problem.empty()) << streamed.problem;
    EXPECT_NE(streamed.problem.find(problem), std::string::npos) << streamed.problem;
    if (problem.empty()) expect_equal(told_by(streamed.reply), expected);
  }
  EXPECT_EQ(compared, (std::map<std::string, int>{{"groq", 4},
                                                  {"mistral", 1},
                                                  {"openai", 15},
                                                  {"openrouter", 6},
                                                  {"openrouter-sdk", 7},
                                                  {"zai", 1}}));
}

// tests.md U17: byte by byte, which is every cut at once, and some coarser ones.
TEST_F(RecordedChats, U17_streams_cut_anywhere_say_the_same) {
  for (const auto& each : recorded_) {
    if (each.status != 200 || !each.is_stream()) continue;
    SCOPED_TRACE(each.vendor + "/" + each.name);
    const auto whole = read_stream(each.body, each.body.size());
    for (const std::size_t read_size : {1U, 2U, 7U, 100U}) {
      const auto cut = read_stream(each.body, read_size);
      EXPECT_EQ(cut.deltas, whole.deltas);
      EXPECT_EQ(cut.problem, whole.problem);
      EXPECT_EQ(cut.reply.reasoning_details_json, whole.reply.reasoning_details_json);
      EXPECT_EQ(cut.reply.annotations_json, whole.reply.annotations_json);
      expect_equal(told_by(cut.reply), told_by(whole.reply));
    }
  }
}

TEST_F(RecordedChats, RefusalsQuoteTheVendor) {
  int refused = 0;
  for (const auto& each : recorded_) {
    if (each.status == 200) continue;
    SCOPED_TRACE(each.vendor + "/" + each.name);
    const auto answer = json::parse(each.body).as_object();
    const Error error = dialects::problem_of_answer("Vendor", each.status, each.body);
    EXPECT_NE(error.message.find(text_of(*object_of(answer, "error"), "message")),
              std::string::npos)
        << error.message;
    EXPECT_FALSE(dialects::refuses_parameter(each.body, "temperature"));
    ++refused;
  }
  EXPECT_EQ(refused, 12);
}

}  // namespace
}  // namespace tollway
