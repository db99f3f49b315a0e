#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* models = R"json([
  {"id":"meta-llama/llama-3.2-3b-instruct:free","name":"Meta: Llama 3.2 3B Instruct (free)",
   "context_length":131072,"created":1727222400,"pricing":{"prompt":"0","completion":"0"},
   "architecture":{"input_modalities":["text"],"output_modalities":["text"]}},
  {"id":"openai/gpt-4o-mini","name":"OpenAI: GPT-4o-mini","context_length":128000,
   "created":1721260800,"pricing":{"prompt":"0.00000015","completion":"0.0000006"},
   "architecture":{"input_modalities":["text","image"],"output_modalities":["text"]}},
  {"id":"author/\u6f22\u5b57","name":"wide \u001b[31m \u202e","context_length":8192,
   "created":1800000000,"pricing":{"prompt":"0.00001","completion":"0.00003"},
   "architecture":{"input_modalities":["text"],"output_modalities":["text"]}},
  {"id":"openrouter/auto","name":"Auto","context_length":2000000,
   "pricing":{"prompt":"-1","completion":"-1"}}])json";

class Models : public Cli {
 protected:
  Models() { use_openrouter(upstream_); }

  std::vector<std::string> ids(std::vector<std::string> words) {
    words.insert(words.begin(), {"models", "--json"});
    const Finished finished = run(words);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    std::vector<std::string> found;
    const auto document = only_document(finished.out);
    for (const auto& model : document.at("models").as_array()) {
      found.push_back(text_at(model, "/id"));
    }
    return found;
  }

  FaultUpstream upstream_{openrouter_with(models, "")};
};

TEST_F(Models, filters_and_sorts) {
  const std::string llama = "meta-llama/llama-3.2-3b-instruct:free";
  const std::string mini = "openai/gpt-4o-mini";
  const std::string wide = "author/\xE6\xBC\xA2\xE5\xAD\x97";
  using testing::ElementsAre;
  EXPECT_THAT(ids({}), testing::SizeIs(4));
  EXPECT_THAT(ids({"LLAMA", "3b"}), ElementsAre(llama));
  EXPECT_THAT(ids({"--free"}), ElementsAre(llama));
  EXPECT_THAT(ids({"--max-price", "0.6", "--sort", "price"}), ElementsAre(llama, mini));
  EXPECT_THAT(ids({"--max-price", "0.59"}), ElementsAre(llama));
  EXPECT_THAT(ids({"--min-context", "100000", "--modality", "image"}), ElementsAre(mini));
  EXPECT_THAT(ids({"--sort", "price"}), ElementsAre(llama, mini, wide, "openrouter/auto"));
  EXPECT_THAT(ids({"--sort", "context"}), ElementsAre("openrouter/auto", llama, mini, wide));
  EXPECT_THAT(ids({"--sort", "created"}), ElementsAre(wide, llama, mini, "openrouter/auto"));
  EXPECT_THAT(ids({"--sort", "name"}), ElementsAre(wide, llama, mini, "openrouter/auto"));
}

TEST_F(Models, prints_a_table_into_a_pipe) {
  const Finished finished = run({"models", "openai"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out,
            "MODEL               IN $/M  OUT $/M  CONTEXT  NAME\n"
            "openai/gpt-4o-mini   $0.15     $0.6     125K  OpenAI: GPT-4o-mini\n");
}

TEST_F(Models, fits_the_terminal_and_prints_nothing_it_would_act_on) {
  for (const unsigned short columns : {40, 80, 120}) {
    const Shown shown = show({"models", "--color", "never"}, columns);
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_EQ(shown.lines.size(), 6U);  // the last one empty
    for (const auto& line : shown.lines) EXPECT_LE(columns_of(line), columns) << line;
    EXPECT_THAT(shown.output, Not(HasSubstr("\x1b")));
    EXPECT_THAT(shown.output, Not(HasSubstr("\xE2\x80\xAE")));
    EXPECT_THAT(shown.output, HasSubstr("author/\xE6\xBC\xA2\xE5\xAD\x97"));
  }
}

TEST_F(Models, colors_are_for_terminals_and_can_be_refused) {
  EXPECT_THAT(show({"models"}).output, HasSubstr("\x1b[1m"));
  EXPECT_THAT(show({"models", "--color", "never"}).output, Not(HasSubstr("\x1b")));
  EXPECT_THAT(run({"models", "--color", "always"}).out, HasSubstr("\x1b[1m"));
  environment_["NO_COLOR"] = "1";
  EXPECT_THAT(show({"models"}).output, Not(HasSubstr("\x1b")));
  environment_.erase("NO_COLOR");
  environment_["TERM"] = "dumb";
  EXPECT_THAT(show({"models"}).output, Not(HasSubstr("\x1b")));
}

TEST_F(Models, a_closed_pipe_ends_it_quietly) {
  const Finished finished =
      run_script("\"$tollway\" models | head -1; echo ${PIPESTATUS[0]}; \"$tollway\" models >&-");
  EXPECT_THAT(finished.out, testing::StartsWith("MODEL "));
  EXPECT_THAT(finished.out, testing::EndsWith("\n0\n"));
  EXPECT_EQ(finished.err, "");
}

TEST_F(Models, lists_need_no_key) {
  environment_.erase("OPENROUTER_API_KEY");
  EXPECT_THAT(ids({}), testing::SizeIs(4));
  EXPECT_FALSE(upstream_.request().headers.has("authorization"));
}

TEST_F(Models, failures_and_nonsense_have_their_exit_codes) {
  EXPECT_EQ(run({"models", "--sort", "colour"}).exit_code, 2);
  const Finished price = run({"models", "--max-price", "cheap"});
  EXPECT_EQ(price.exit_code, 2);
  EXPECT_THAT(price.err, HasSubstr("--max-price: expected a decimal number"));
  const Finished unknown = run({"models", "-p", "openruter", "--json"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(text_at(only_document(unknown.out), "/error/message"),
            "no provider is called openruter. Did you mean openrouter?");
  environment_["GROQ_API_KEY"] = "gsk_canary_of_the_models_1f1f";
  environment_["TOLLWAY_LLM_GROQ_URL"] = "http://127.0.0.1:1/v1";
  secrets_.emplace_back("gsk_canary_of_the_models_1f1f");
  const Finished refused = run({"models", "-p", "groq", "--json"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(text_at(only_document(refused.out), "/error/code"), "connect_failed");
}

TEST_F(Models, without_a_network_the_built_in_list_will_do) {
  use_openrouter("http://127.0.0.1:1/api/v1");
  const auto document = only_document(run({"models", "--json"}).out);
  EXPECT_GT(at(document, "/models").as_array().size(), 100U);
  EXPECT_EQ(text_at(document, "/models/0/provider"), "OPENROUTER");
  EXPECT_EQ(text_at(document, "/problems/0/code"), "connect_failed");
  EXPECT_THAT(text_at(document, "/problems/0/as_of"), testing::MatchesRegex("20.*T.*Z"));
  const Finished finished = run({"models", "gpt-4o-mini", "--sort", "name"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, HasSubstr("\nopenai/gpt-4o-mini  "));
  EXPECT_THAT(finished.err, HasSubstr("; this is the list of 20"));
  EXPECT_THAT(finished.err, testing::EndsWith(" old\n"));
}

TEST_F(Models, without_a_network_the_list_known_last_comes_first) {
  const FaultUpstream working(
      FaultUpstream::answering(json_answer(fmt::format(R"({{"data":{}}})", models))));
  use_openrouter(working);
  EXPECT_EQ(run({"models", "changes"}).exit_code, 0);
  const auto today = ids({});
  const FaultUpstream broken(FaultUpstream::answering(answer(503, "text/plain", "later")));
  use_openrouter(broken);
  EXPECT_EQ(ids({}), today);
  const Finished finished = run({"models", "mini"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.out,
            "MODEL               IN $/M  OUT $/M  CONTEXT  NAME\n"
            "openai/gpt-4o-mini   $0.15     $0.6     125K  OpenAI: GPT-4o-mini\n");
  EXPECT_THAT(finished.err,
              HasSubstr("answered 503 when asked for its models; this is the list of"));
  EXPECT_THAT(finished.err, HasSubstr(", less than an hour old\n"));
}

TEST_F(Models, a_key_that_is_refused_is_no_lack_of_a_network) {
  const FaultUpstream refusing(FaultUpstream::answering(answer(401, "text/plain", "no")));
  use_openrouter(refusing);
  const Finished finished = run({"models", "--json"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(text_at(only_document(finished.out), "/error/code"), "unauthenticated");
}

TEST_F(Models, a_terminal_shows_that_a_list_is_waited_for) {
  Signal shown_to_user;
  const FaultUpstream upstream([&](UpstreamConnection& connection) {
    while (connection.read_request()) {
      static_cast<void>(connection.wait_for(shown_to_user));
      connection.send(json_answer(R"({"data":[{"id":"author/model"}]})"));
    }
  });
  use_openrouter(upstream);
  const auto pty = start({"models"});
  EXPECT_TRUE(pty->wait_for("Asking for models (1 s)"));
  shown_to_user.set();
  EXPECT_EQ(pty->wait_for_exit(), 0);
  EXPECT_THAT(pty->lines().front(), testing::StartsWith("MODEL "));
  keep(*pty);
}

TEST_F(Models, says_when_nothing_passes) {
  const Finished finished = run({"models", "no such thing"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.out, "");
  EXPECT_THAT(finished.err, HasSubstr("no model passes these filters"));
}

}  // namespace
}  // namespace tollway::test
