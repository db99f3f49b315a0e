#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class SettingsCommand : public Cli {};

TEST_F(SettingsCommand, a_value_is_set_read_explained_and_unset) {
  Finished finished = run({"settings", "set", "llm.temperature", "0.25"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "");
  EXPECT_EQ(run({"settings", "get", "llm.temperature"}).out, "0.25\n");
  EXPECT_THAT(run({"settings", "origin", "llm.temperature"}).out, testing::StartsWith("store"));
  EXPECT_THAT(run({"settings", "list", "llm.temp"}).out, HasSubstr("llm.temperature  0.25"));
  const auto document = only_document(run({"settings", "get", "llm.temperature", "--json"}).out);
  EXPECT_EQ(text_at(document, "/value"), "0.25");
  EXPECT_EQ(text_at(document, "/origin"), "store");
  EXPECT_EQ(at(document, "/locked"), json::value(false));
  EXPECT_EQ(run({"settings", "unset", "llm.temperature"}).exit_code, 0);
  EXPECT_EQ(run({"settings", "get", "llm.temperature"}).out, "0.7\n");
  EXPECT_THAT(run({"settings", "origin", "llm.temperature"}).out, testing::StartsWith("default"));
}

TEST_F(SettingsCommand, refusals_say_what_was_expected) {
  Finished finished = run({"settings", "set", "llm.temperature", "hot"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("llm.temperature"));
  finished = run({"settings", "get", "llm.temprature"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("Did you mean llm.temperature"));
  environment_["TOLLWAY_LLM_TEMPERATURE"] = "0.5";
  finished = run({"settings", "set", "llm.temperature", "0.1"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("TOLLWAY_LLM_TEMPERATURE"));
  EXPECT_THAT(run({"settings", "list"}).out, HasSubstr("TOLLWAY_LLM_TEMPERATURE (locked)"));
  EXPECT_EQ(run({"settings", "set", "llm.model"}).exit_code, 1);
  EXPECT_EQ(run({"settings", "get", "llm.model"}).exit_code, 1);
}

TEST_F(SettingsCommand, secrets_are_piped_in_and_never_shown) {
  const std::string secret = "sk-test-canary-4471c0de9f";
  secrets_.push_back(secret);
  Finished finished = run_with_input({"settings", "set", "llm.groq.api_key"}, secret + "\n");
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(run({"settings", "get", "llm.groq.api_key"}).out, "set (...de9f)\n");
  const auto document = only_document(run({"settings", "get", "llm.groq.api_key", "--json"}).out);
  EXPECT_EQ(text_at(document, "/value"), "...de9f");
  EXPECT_EQ(at(document, "/secret"), json::value(true));
  EXPECT_THAT(run({"settings", "list"}).out, HasSubstr("set (...de9f)"));
  finished = run({"settings", "set", "llm.groq.api_key"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("came nothing"));
}

TEST_F(SettingsCommand, a_secret_as_an_argument_is_warned_about) {
  secrets_.emplace_back("sk-test-canary-argument");
  const Finished finished = run({"settings", "set", "llm.groq.api_key", "sk-test-canary-argument"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("warning: a secret on the command line"));
}

TEST_F(SettingsCommand, a_secret_is_typed_unseen) {
  secrets_.emplace_back("sk-test-canary-typed-77e1");
  auto pty = start({"settings", "set", "llm.groq.api_key"});
  EXPECT_TRUE(pty->wait_for("key: "));
  pty->type(
      "sk-test-canary-wrong\x15sk-test-canary-typed-77ex\x7f"
      "1\r");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  EXPECT_THAT(pty->output(), HasSubstr("set (...77e1)"));
  EXPECT_THAT(pty->output(), Not(HasSubstr("sk-test")));
  keep(*pty);
  pty = start({"settings", "set", "llm.groq.api_key"});
  EXPECT_TRUE(pty->wait_for("key: "));
  pty->type("half\x03");
  EXPECT_NE(pty->wait_for_exit(), 0);
  keep(*pty);
  EXPECT_EQ(run({"settings", "get", "llm.groq.api_key"}).out, "set (...77e1)\n");
}

TEST_F(SettingsCommand, private_urls_have_to_be_allowed_by_name) {
  environment_.erase("TOLLWAY_LLM_OPENROUTER_URL");
  const std::string url = "http://127.0.0.1:1/api/v1";
  EXPECT_EQ(run({"settings", "set", "llm.groq.url", url}).exit_code, 1);
  EXPECT_EQ(run({"settings", "set", "llm.groq.url", url, "--allow-private"}).exit_code, 0);
  EXPECT_EQ(run({"settings", "set", "llm.groq.url", "http://169.254.169.254/", "--allow-private"})
                .exit_code,
            1);
}

TEST_F(SettingsCommand, the_master_key_is_rotated) {
  secrets_.emplace_back("sk-test-canary-rotated-0b5a");
  static_cast<void>(
      run_with_input({"settings", "set", "llm.groq.api_key"}, "sk-test-canary-rotated-0b5a"));
  const Finished finished = run({"settings", "rotate-master-key", "--json"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(at(only_document(finished.out), "/rotated"), json::value(true));
  EXPECT_EQ(run({"settings", "get", "llm.groq.api_key"}).out, "set (...0b5a)\n");
}

TEST_F(SettingsCommand, reads_the_configuration_file) {
  std::filesystem::create_directories(config() / "tollway");
  replace_file(config() / "tollway" / "tollway.toml", "[llm]\nmodel = \"author/from-file\"\n");
  EXPECT_EQ(run({"settings", "get", "llm.model"}).out, "author/from-file\n");
  replace_file(config() / "other.toml", "[llm]\nmodel = \"author/other\"\n");
  const auto other = (config() / "other.toml").string();
  EXPECT_EQ(run({"settings", "get", "llm.model", "--config", other}).out, "author/other\n");
  EXPECT_THAT(run({"settings", "origin", "llm.model", "--config", other}).out,
              HasSubstr("other.toml"));
  replace_file(config() / "other.toml", "[llm\n");
  const Finished broken = run({"settings", "list", "--json", "--config", other});
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(text_at(only_document(broken.out), "/error/message"), HasSubstr("other.toml"));
}

TEST_F(SettingsCommand, fits_narrow_terminals) {
  for (const unsigned short columns : {40, 80}) {
    const Shown shown = show({"settings", "list"}, columns);
    EXPECT_EQ(shown.exit_code, 0);
    for (const auto& line : shown.lines) EXPECT_LE(columns_of(line), columns) << line;
  }
}

}  // namespace
}  // namespace tollway::test
