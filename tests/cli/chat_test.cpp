#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* models = R"([{"id":"author/model"},{"id":"openai/gpt-4o-mini"},
  {"id":"anthropic/claude-sonnet-4"}])";

class Chat : public Cli {};

TEST_F(Chat, streams_an_answer_with_its_cost) {
  const FaultUpstream upstream(openrouter_with(models, "Because of Rayleigh."));
  use_openrouter(upstream);
  const Finished finished = run({"chat", "-m", "author/model", "Why", "is it blue?"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "Because of Rayleigh.\n");
  EXPECT_THAT(finished.err,
              testing::MatchesRegex("author/model .+ Vendor .+ 12/34 tokens .+ .0.0000222 .+ "
                                    "[0-9.]+ s\n"));
  const auto body = upstream.request().body_json();
  EXPECT_EQ(text_at(body, "/messages/0/content"), "Why is it blue?");
  EXPECT_EQ(text_at(body, "/model"), "author/model");
  EXPECT_EQ(upstream.request().headers.find("authorization"), "Bearer " + std::string(canary));
}

TEST_F(Chat, obeys_its_options) {
  const FaultUpstream upstream(openrouter_with(models, "Yes."));
  use_openrouter(upstream);
  const Finished finished =
      run({"chat", "-m", "author/model", "-p", "openrouter", "-s", "Be brief.", "--temperature",
           "0.25", "--max-tokens", "77", "--no-stream", "-q", "Really?"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "Yes.\n");
  EXPECT_EQ(finished.err, "");
  const auto body = upstream.request().body_json();
  EXPECT_EQ(text_at(body, "/messages/0/role"), "system");
  EXPECT_EQ(text_at(body, "/messages/0/content"), "Be brief.");
  EXPECT_EQ(at(body, "/temperature"), json::value(0.25));
  EXPECT_EQ(at(body, "/max_tokens"), json::value(77));
  EXPECT_NE(at(body, "/stream"), json::value(true));
}

TEST_F(Chat, asks_standard_input) {
  const FaultUpstream upstream(openrouter_with(models, "ok"));
  use_openrouter(upstream);
  EXPECT_EQ(run_with_input({"chat", "-q", "-m", "author/model"}, "line one\nline two\n").out,
            "ok\n");
  EXPECT_EQ(run_with_input({"chat", "-q", "-m", "author/model", "Sum up:", "-"}, "text\n").out,
            "ok\n");
  EXPECT_EQ(text_at(upstream.request(0).body_json(), "/messages/0/content"), "line one\nline two");
  EXPECT_EQ(text_at(upstream.request(1).body_json(), "/messages/0/content"), "Sum up: text");
  const Finished nothing = run_with_input({"chat"}, " \n");
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("expected a question"));
}

TEST_F(Chat, json_is_one_document) {
  const FaultUpstream upstream(openrouter_with(models, "A\x1b[31m B\xC2\x9B"));
  use_openrouter(upstream);
  const Finished finished = run({"chat", "--json", "-m", "author/model", "Hello"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.err, "");
  EXPECT_EQ(finished.out.find("\xC2\x9B"), std::string::npos);
  const auto document = only_document(finished.out);
  EXPECT_EQ(text_at(document, "/content"), "A\x1b[31m B\xC2\x9B");
  EXPECT_EQ(text_at(document, "/model"), "author/model");
  EXPECT_EQ(text_at(document, "/provider"), "Vendor");
  EXPECT_EQ(text_at(document, "/cost"), "0.0000222");
  EXPECT_EQ(at(document, "/usage/prompt_tokens"), json::value(12));
  EXPECT_EQ(at(document, "/usage/reasoning_tokens"), json::value(nullptr));
  EXPECT_EQ(text_at(document, "/finish_reason"), "stop");
  EXPECT_EQ(document.at("attempts").as_array().size(), 1U);
}

TEST_F(Chat, unknown_models_suggest_the_nearest) {
  const FaultUpstream upstream(FaultUpstream::answering([](const Request& request) {
    if (request.target.ends_with("/models")) {
      return json_answer(fmt::format(R"({{"data":{}}})", models));
    }
    return answer(400, "application/json",
                  R"({"error":{"message":"gpt-4o-mni is not a valid model ID","code":400}})");
  }));
  use_openrouter(upstream);
  Finished finished = run({"chat", "-m", "openai/gpt-4o-mni", "Hello"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, HasSubstr("Did you mean openai/gpt-4o-mini"));
  finished = run({"chat", "--json", "-m", "openai/gpt-4o-mni", "Hello"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(text_at(only_document(finished.out), "/error/suggestions/0"), "openai/gpt-4o-mini");
}

TEST_F(Chat, a_broken_stream_is_a_failure_that_shows_what_came) {
  const FaultUpstream upstream([](UpstreamConnection& connection) {
    while (connection.read_request()) {
      const auto events = streamed_answer("Half of it");
      connection.send(sse_head() + chunk(events.substr(0, events.find("\n\n") + 2)));
      connection.reset();
    }
  });
  use_openrouter(upstream);
  environment_["TOLLWAY_LLM_MAX_RETRIES"] = "0";
  const Finished finished = run({"chat", "-m", "author/model", "Hello"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(finished.out, "Half\n");
  EXPECT_THAT(finished.err, HasSubstr("cost unknown"));
  EXPECT_THAT(finished.err, HasSubstr("tollway: "));
}

TEST_F(Chat, a_key_that_an_upstream_repeats_is_not_shown) {
  const FaultUpstream upstream(FaultUpstream::answering([](const Request& request) {
    return answer(401, "application/json",
                  fmt::format(R"({{"error":{{"message":"who is {}?","code":401}}}})",
                              request.headers.find("authorization").value_or("")));
  }));
  use_openrouter(upstream);
  EXPECT_EQ(run({"chat", "-m", "author/model", "Hello"}).exit_code, 1);
  EXPECT_EQ(run({"chat", "-m", "author/model", "--json", "Hello"}).exit_code, 1);
  EXPECT_EQ(run({"providers", "openrouter", "--check"}).exit_code, 1);
  EXPECT_EQ(run({"doctor"}).exit_code, 1);
}

TEST_F(Chat, a_missing_key_names_its_setting_and_variable) {
  environment_.erase("OPENROUTER_API_KEY");
  Finished finished = run({"chat", "Hello"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("llm.openrouter.api_key"));
  EXPECT_THAT(finished.err, HasSubstr("OPENROUTER_API_KEY"));
  finished = run({"chat", "--json", "Hello"});
  EXPECT_EQ(text_at(only_document(finished.out), "/error/code"), "not_configured");
}

TEST_F(Chat, control_characters_reach_no_terminal) {
  const FaultUpstream upstream(openrouter_with(
      models, "title \x1b]0;owned\a clear \x1b[2J c1 \xC2\x9B\x32J rtl \xE2\x80\xAE"));
  use_openrouter(upstream);
  const Shown shown = show({"chat", "--color", "never", "-m", "author/model", "Hello"});
  EXPECT_EQ(shown.exit_code, 0);
  EXPECT_THAT(shown.output, HasSubstr("title \\x1b]0;owned\\x07 clear \\x1b[2J c1 \\x9b2J"));
  for (const char* const bytes : {"\x1b", "\a", "\xC2\x9B", "\xE2\x80\xAE"}) {
    EXPECT_THAT(shown.output, Not(HasSubstr(bytes)));
  }
}

TEST_F(Chat, a_terminal_shows_that_something_is_waited_for) {
  Signal shown_to_user;
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    while (connection.read_request()) {
      static_cast<void>(connection.wait_for(shown_to_user));
      connection.send(sse_answer(streamed_answer("At last.")));
    }
  });
  use_openrouter(upstream);
  const auto pty = start({"chat", "-m", "author/model", "Hello"});
  EXPECT_TRUE(pty->wait_for("Waiting for author/model"));
  shown_to_user.set();
  EXPECT_EQ(pty->wait_for_exit(), 0);
  EXPECT_EQ(pty->lines().front(), "At last.");
  keep(*pty);
}

TEST_F(Chat, ctrl_c_cancels_the_answer) {
  const FaultUpstream upstream([](UpstreamConnection& connection) {
    while (connection.read_request()) {
      const auto events = streamed_answer("Begun and");
      connection.send(sse_head() + chunk(events.substr(0, events.find("\n\n") + 2)));
      connection.stall_until_hangup();
    }
  });
  use_openrouter(upstream);
  const auto pty = start({"chat", "-m", "author/model", "Hello"});
  EXPECT_TRUE(pty->wait_for("Begun"));
  pty->type("\x03");
  EXPECT_EQ(pty->wait_for_exit(), 130);
  EXPECT_THAT(pty->output(), HasSubstr("cancelled"));
  EXPECT_TRUE(upstream.wait_for_hangup());
  keep(*pty);
}

TEST_F(Chat, a_closed_pipe_ends_it_quietly) {
  const FaultUpstream upstream([](UpstreamConnection& connection) {
    while (connection.read_request()) {
      const auto events = streamed_answer("first\n word");
      const auto event = events.substr(0, events.find("\n\n") + 2);
      connection.send(sse_head());
      while (connection.send(chunk(event), 200ms)) continue;
    }
  });
  use_openrouter(upstream);
  const Finished finished =
      run_script("\"$tollway\" chat -q -m author/model Hello | head -1; echo ${PIPESTATUS[0]}");
  EXPECT_EQ(finished.out, "first\n0\n");
  EXPECT_EQ(finished.err, "");
}

TEST_F(Chat, talks_with_the_demonstration_of_a_gateway) {
  Gateway gateway{GatewayOptions{}};
  use_openrouter(fmt::format("http://127.0.0.1:{}/api/v1", gateway.port()), gateway.key());
  const Finished finished = run({"chat", "-m", "tollway/metered-echo", "Good morning"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "Tollway's demonstration heard: Good morning\n");
  EXPECT_THAT(finished.err, HasSubstr("tollway/metered-echo"));
  EXPECT_THAT(finished.err, HasSubstr("$0.0000"));
}

}  // namespace
}  // namespace tollway::test
