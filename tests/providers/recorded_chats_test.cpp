// Real answers of the vendors, whole and streamed, read back through the library. The paths are
// those that were recorded, so ours must be the same.
#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.hpp"
#include "providers/each_provider.hpp"
#include "recording/format.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;
using recording::Exchange;

struct Recorded {
  std::string provider;  // "openrouter"
  std::string folder;    // of the recordings
};
void PrintTo(const Recorded& recorded, std::ostream* out) {
  *out << recorded.folder;
}

std::string text_of(const Exchange& exchange) {
  std::string text;
  for (const auto& piece : exchange.chunks) text += piece.data;
  return text;
}

// Chats that the vendor answered.
std::vector<Exchange> chats_in(const fs::path& folder, const std::string& target) {
  std::vector<Exchange> chats;
  for (const auto& entry : fs::directory_iterator(folder)) {
    auto exchange = recording::parse_exchange(read_file(entry.path()));
    EXPECT_TRUE(exchange) << entry.path();
    if (!exchange || exchange->status != 200 || exchange->path != target) continue;
    // In the middle of a stream some vendors say that the model failed.
    if (text_of(*exchange).contains("tool_use_failed")) continue;
    chats.push_back(std::move(*exchange));
  }
  std::ranges::sort(chats, {}, &Exchange::id);
  return chats;
}

// A content that is a list of parts, as Mistral writes thoughts: its texts.
std::string plain(const json::value& content) {
  if (const auto* text = content.if_string()) return std::string(*text);
  std::string joined;
  if (const auto* parts = content.if_array()) {
    for (const auto& part : *parts) {
      if (text_at(part, "/type") == "text") joined += text_at(part, "/text");
    }
  }
  return joined;
}

// What the answer says, found without any of the library's code.
std::string content_of(const Exchange& exchange, bool streamed) {
  const std::string text = text_of(exchange);
  if (!streamed) return plain(at(parse_json(text), "/choices/0/message/content"));
  std::string content;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    if (!line.starts_with("data: {")) continue;
    content += plain(at(parse_json(line.substr(6)), "/choices/0/delta/content"));
  }
  return content;
}

bool is_streamed(const Exchange& exchange) {
  return at(parse_json(exchange.request_body), "/stream") == json::value(true);
}

class RecordedChats : public testing::TestWithParam<Recorded> {
 protected:
  void SetUp() override {
    folder_ = fs::path(TOLLWAY_SHARED) / "recordings" / GetParam().folder;
    if (!fs::exists(folder_)) GTEST_SKIP() << "the recordings in " << folder_;
    const auto vendor = std::ranges::find(vendors(), GetParam().provider, &Vendor::key);
    ASSERT_NE(vendor, vendors().end());
    vendor_ = *vendor;
  }

  void replay(const Exchange& exchange, bool streamed) const {
    SCOPED_TRACE(exchange.id);
    const std::string body = text_of(exchange);
    const FaultUpstream upstream(FaultUpstream::answering(
        streamed ? sse_answer(body) : answer(200, "application/json", body)));
    LlmOptions options;
    options.settings = settings_for(vendor_.key, url_at(upstream, vendor_.base_path));
    const auto asked = parse_json(exchange.request_body);
    const auto model =
        provider_called(vendor_.key)->create_llm(text_at(asked, "/model"), 1, options);
    ASSERT_TRUE(model) << model.error().message;
    const auto reply = streamed ? stream(*model) : model->invoke("Hello");
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->content, content_of(exchange, streamed));
    EXPECT_FALSE(reply->finish_reason.empty());
    EXPECT_TRUE(reply->usage.completion_tokens.has_value() || streamed);
    EXPECT_EQ(upstream.request().target, exchange.path);
  }

  [[nodiscard]] static Result<ChatReply> stream(const ChatModel& model) {
    ChatRequest request;
    request.messages.push_back(tollway::Message::user("Hello"));
    auto stream = model.stream(request);
    if (!stream) return std::unexpected(stream.error());
    for (;;) {
      const auto next = stream->next();
      if (!next) return std::unexpected(next.error());
      if (!*next) return stream->reply();
    }
  }

  void replay_all(bool streamed) const {
    int replayed = 0;
    for (const auto& exchange : chats_in(folder_, vendor_.chat)) {
      if (is_streamed(exchange) != streamed) continue;
      replay(exchange, streamed);
      ++replayed;
    }
    EXPECT_GT(replayed, 0) << "nothing of the kind is in " << folder_;
  }

  fs::path folder_;
  Vendor vendor_;
};

class RecordedAnswers : public RecordedChats {};

TEST_P(RecordedAnswers, are_read_as_they_were_given) {
  replay_all(false);
}

class RecordedStreams : public RecordedChats {};

TEST_P(RecordedStreams, are_read_as_they_were_given) {
  replay_all(true);
}

std::string name_of_folder(const testing::TestParamInfo<Recorded>& given) {
  std::string name = given.param.folder;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(, RecordedAnswers,
                         testing::Values(Recorded{"cerebras", "cerebras"},
                                         Recorded{"deepseek", "deepseek"}, Recorded{"groq", "groq"},
                                         Recorded{"mistral", "mistral"},
                                         Recorded{"ollama", "ollama"}, Recorded{"openai", "openai"},
                                         Recorded{"openrouter", "openrouter"},
                                         Recorded{"openrouter", "openrouter-sdk"},
                                         Recorded{"zai", "zai"}),
                         name_of_folder);

INSTANTIATE_TEST_SUITE_P(, RecordedStreams,
                         testing::Values(Recorded{"groq", "groq"}, Recorded{"mistral", "mistral"},
                                         Recorded{"openai", "openai"},
                                         Recorded{"openrouter", "openrouter"},
                                         Recorded{"openrouter", "openrouter-sdk"},
                                         Recorded{"zai", "zai"}),
                         name_of_folder);

}  // namespace
}  // namespace tollway::test
