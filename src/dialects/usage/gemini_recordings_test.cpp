// Gemini's usage as it was recorded, whole and streamed: every answer of
// ../shared/recordings/google.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "dialects/json_reader.hpp"
#include "dialects/usage/usage_layouts.hpp"

namespace tollway::dialects {
namespace {

namespace fs = std::filesystem;
using simdjson::SUCCESS;

struct Stated {
  llm::MeteredUsage read;
  std::int64_t total = 0;  // as the vendor adds it up
};

struct Recording {
  std::string name;
  std::vector<Stated> steps;  // of a stream one a chunk, each of all that came before it
};

void read_step(std::string_view json, Recording& recording) {
  const auto answer = parse_object(json);
  ASSERT_TRUE(answer) << recording.name;
  simdjson::dom::object usage;
  if ((*answer)["usageMetadata"].get(usage) != SUCCESS) return;
  const auto read = read_usage(UsageLayout::gemini_generate, Members(usage));
  ASSERT_TRUE(read) << recording.name << ": " << read.error().message;
  Stated stated{.read = *read};
  // Embeddings have no total.
  if (usage["totalTokenCount"].get(stated.total) != SUCCESS) stated.total = read->input;
  recording.steps.push_back(stated);
}

Recording read_recording(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const simdjson::padded_string text(std::string(std::istreambuf_iterator<char>(stream), {}));
  Recording recording{.name = file.filename().string(), .steps = {}};
  simdjson::dom::parser parser;
  std::string_view body;
  if (parser.parse(text)["response"]["body"].get(body) != SUCCESS) return recording;
  if (!body.starts_with("data:")) {
    read_step(body, recording);
    return recording;
  }
  for (std::size_t at = 0; at < body.size();) {
    const auto end = std::min(body.find('\n', at), body.size());
    const auto line = body.substr(at, end - at);
    if (line.starts_with("data: ")) read_step(line.substr(6), recording);
    at = end + 1;
  }
  return recording;
}

TEST(GeminiRecordings, the_last_usage_of_an_answer_adds_up_to_what_google_says) {
  const fs::path directory = "../shared/recordings/google";
  if (!fs::exists(directory)) {
    GTEST_SKIP() << "lacks ../shared/recordings (run from the project's root)";
  }
  int answers = 0;
  int streams = 0;
  int with_thoughts = 0;
  int with_tools = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    const auto recording = read_recording(entry.path());
    if (recording.steps.empty()) continue;  // an error, or embeddings that state nothing
    ++answers;
    const auto& last = recording.steps.back();
    EXPECT_EQ(last.read.input + last.read.output, last.total) << recording.name;
    EXPECT_LE(last.read.reasoning, last.read.output) << recording.name;
    EXPECT_GT(last.read.input, 0) << recording.name;
    streams += recording.steps.size() > 1 ? 1 : 0;
    with_thoughts += last.read.reasoning > 0 ? 1 : 0;
    with_tools += recording.steps.front().read.input < last.read.input ? 1 : 0;
    // A chunk states all that came before it, too: taking more than the last would count twice.
    for (const auto& step : recording.steps) {
      EXPECT_EQ(step.read.input + step.read.output, step.total) << recording.name;
    }
  }
  EXPECT_EQ(answers, 45);
  EXPECT_EQ(streams, 11);
  EXPECT_GE(with_thoughts, 20);
  EXPECT_GE(with_tools, 1);
}

}  // namespace
}  // namespace tollway::dialects
