#include <sys/stat.h>

#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Conversation : public Cli {
 protected:
  Conversation() { use_openrouter(upstream_); }

  [[nodiscard]] std::unique_ptr<Pty> begin(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"chat", "-m", "author/model"};
    words.insert(words.end(), more.begin(), more.end());
    auto pty = start(words);
    EXPECT_TRUE(pty->wait_for("/help"));
    EXPECT_TRUE(pty->wait_for("> "));
    return pty;
  }
  [[nodiscard]] std::filesystem::path history() const { return data() / "chat_history"; }

  FaultUpstream upstream_{openrouter_with("[]", "An answer.")};
};

TEST_F(Conversation, keeps_what_was_said) {
  const auto pty = begin({"-s", "Be kind."});
  pty->type("First?\r");
  EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
  EXPECT_TRUE(pty->wait_for("12/34 tokens"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("Second \\\rline?\r");
  EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("\x04");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  const auto body = upstream_.request(1).body_json();
  EXPECT_EQ(text_at(body, "/messages/0/content"), "Be kind.");
  EXPECT_EQ(text_at(body, "/messages/1/content"), "First?");
  EXPECT_EQ(text_at(body, "/messages/2/role"), "assistant");
  EXPECT_EQ(text_at(body, "/messages/2/content"), "An answer.");
  EXPECT_EQ(text_at(body, "/messages/3/content"), "Second \nline?");
  keep(*pty);
}

TEST_F(Conversation, history_is_its_owners_and_comes_back) {
  {
    const auto pty = begin();
    pty->type("W\xC3\xA4hlen \xE6\xBC\xA2\xE5\xAD\x97\r");
    EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
    EXPECT_TRUE(pty->wait_for("> "));
    pty->type("/exit\r");
    EXPECT_EQ(pty->wait_for_exit(), 0);
    keep(*pty);
  }
  struct stat status{};
  ASSERT_EQ(::stat(history().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(read_file(history()), "W\xC3\xA4hlen \xE6\xBC\xA2\xE5\xAD\x97\n/exit\n");
  const auto pty = begin();
  pty->type("\x1b[A\x1b[A\r");  // twice the arrow up
  EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("\x04");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  EXPECT_EQ(text_at(upstream_.request(1).body_json(), "/messages/0/content"),
            "W\xC3\xA4hlen \xE6\xBC\xA2\xE5\xAD\x97");
  keep(*pty);
}

TEST_F(Conversation, keeps_no_history_when_told_so) {
  const auto pty = begin({"--no-history"});
  pty->type("Between us.\r");
  EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("\x04");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  EXPECT_FALSE(std::filesystem::exists(history()));
  keep(*pty);
}

TEST_F(Conversation, commands_change_model_and_system_prompt) {
  const auto pty = begin();
  pty->type("/model other/model\r");
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("/system Rhyme.\r");
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("/nothing\r");
  EXPECT_TRUE(pty->wait_for("there is no /nothing"));
  EXPECT_TRUE(pty->wait_for("/clear"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("Go.\r");
  EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("\x04");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  const auto body = upstream_.request(0).body_json();
  EXPECT_EQ(text_at(body, "/model"), "other/model");
  EXPECT_EQ(text_at(body, "/messages/0/content"), "Rhyme.");
  keep(*pty);
}

TEST_F(Conversation, ctrl_c_at_the_prompt_drops_the_line_and_then_leaves) {
  const auto pty = begin();
  pty->type("never to be sent");
  EXPECT_TRUE(pty->wait_for("never to be sent"));
  pty->type("\x03");
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("sent\r");
  EXPECT_TRUE(pty->wait_for("An answer.\r\n"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("\x03");
  EXPECT_TRUE(pty->wait_for("Ctrl-C again leaves"));
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("\x03");
  EXPECT_EQ(pty->wait_for_exit(), 130);
  EXPECT_EQ(text_at(upstream_.request(0).body_json(), "/messages/0/content"), "sent");
  keep(*pty);
}

class ConversationWithoutEnd : public Cli {
 protected:
  ConversationWithoutEnd() { use_openrouter(upstream_); }

  FaultUpstream upstream_{[](UpstreamConnection& connection) {
    while (connection.read_request()) {
      const auto events = streamed_answer("Begun and");
      connection.send(sse_head() + chunk(events.substr(0, events.find("\n\n") + 2)));
      connection.stall_until_hangup();
    }
  }};
};

TEST_F(ConversationWithoutEnd, ctrl_c_cancels_the_answer_and_the_talk_goes_on) {
  const auto pty = start({"chat", "-m", "author/model"});
  EXPECT_TRUE(pty->wait_for("> "));
  pty->type("Hello\r");
  EXPECT_TRUE(pty->wait_for("Begun"));
  pty->type("\x03");
  EXPECT_TRUE(pty->wait_for("cancelled"));
  EXPECT_TRUE(pty->wait_for("> "));
  EXPECT_TRUE(upstream_.wait_for_hangup());
  pty->type("\x04");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  keep(*pty);
}

}  // namespace
}  // namespace tollway::test
