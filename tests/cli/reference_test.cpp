#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

class ReferenceCommands : public Cli {
 protected:
  // Writes what `words` print into a file and runs a checker on it.
  Finished checked(const std::string& words, const std::string& checker) {
    return run_script("\"$tollway\" " + words + " > \"$HOME/made\" && " + checker +
                      " \"$HOME/made\"");
  }
  // What bash offers for the last of the words behind the program's name.
  std::string completed_by_bash(const std::string& words, int word) {
    return run_script("source <(\"$tollway\" completions bash); COMP_WORDS=(\"$tollway\" " + words +
                      "); COMP_CWORD=" + std::to_string(word) +
                      "; _tollway; printf '%s\\n' \"${COMPREPLY[@]}\"")
        .out;
  }
};

TEST_F(ReferenceCommands, the_manual_page_is_clean) {
  if (find_program("mandoc").empty()) GTEST_SKIP() << "lacks mandoc";
  const Finished finished = checked("man", "mandoc -T lint");
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_EQ(finished.out + finished.err, "");
  EXPECT_THAT(checked("man", "mandoc -T html").out, HasSubstr("EXIT_STATUS"));
}

TEST_F(ReferenceCommands, shells_accept_their_completions) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    if (find_program(shell).empty()) GTEST_SKIP() << "lacks " << shell;
    const Finished finished =
        checked(fmt::format("completions {}", shell), fmt::format("{} -n", shell));
    EXPECT_EQ(finished.exit_code, 0) << shell;
    EXPECT_EQ(finished.out + finished.err, "") << shell;
  }
}

TEST_F(ReferenceCommands, bash_completes_commands_options_and_choices) {
  EXPECT_EQ(completed_by_bash("mod", 1), "models\n");
  EXPECT_EQ(completed_by_bash("settings rot", 2), "rotate-master-key\n");
  EXPECT_EQ(completed_by_bash("models --max", 2), "--max-price\n");
  EXPECT_EQ(completed_by_bash("models --sort c", 3), "context\ncreated\n");
}

TEST_F(ReferenceCommands, bash_completes_names_that_only_the_program_knows) {
  EXPECT_EQ(completed_by_bash("models -p openr", 3), "openrouter\n");
  EXPECT_EQ(completed_by_bash("keys list openr", 3), "openrouter\n");
  EXPECT_EQ(completed_by_bash("settings get llm.temp", 3), "llm.temperature\n");
  EXPECT_THAT(completed_by_bash("chat -m meta-llama/llama-3.2-3b", 3),
              HasSubstr("meta-llama/llama-3.2-3b-instruct:free\n"));
}

TEST_F(ReferenceCommands, bash_completes_models_of_the_catalogue) {
  EXPECT_THAT(completed_by_bash("chat -m openai/gpt-4o-mi", 3), HasSubstr("openai/gpt-4o-mini\n"));
  const FaultUpstream upstream(
      FaultUpstream::answering(json_answer(R"({"data":[{"id":"author/of-today"}]})")));
  use_openrouter(upstream);
  EXPECT_EQ(run({"models", "changes"}).exit_code, 0);
  EXPECT_EQ(completed_by_bash("cost -m author/", 3), "author/of-today\n");
  EXPECT_EQ(completed_by_bash("usage --model author/", 3), "author/of-today\n");
}

// Which is how bash splits "llama-3.2-3b-instruct:fr".
TEST_F(ReferenceCommands, bash_completes_names_with_colons) {
  const std::string words = "chat -m meta-llama/llama-3.2-3b-instruct : ";
  EXPECT_EQ(completed_by_bash(words + "fr", 5), "free\n");
  EXPECT_EQ(completed_by_bash("chat -m meta-llama/llama-3.2-3b-instruct :", 4), "free\n");
  EXPECT_EQ(completed_by_bash(words + "free --js", 6), "--json\n");
}

TEST_F(ReferenceCommands, names_that_a_shell_would_expand_are_not_offered) {
  const Finished finished =
      run_script("TOLLWAY_LLM_MODEL='x$(touch \"$HOME/run\")' \"$tollway\" names model");
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, HasSubstr("meta-llama/"));
  EXPECT_THAT(finished.out, testing::Not(HasSubstr("touch")));
}

TEST_F(ReferenceCommands, fish_completes_commands_options_and_choices) {
  if (find_program("fish").empty()) GTEST_SKIP() << "lacks fish";
  const auto completed = [this](const std::string& line) {
    return run_script(
               "PATH=\"${tollway%/*}:$PATH\" fish --no-config -c 'tollway completions fish | "
               "source; complete -C \"" +
               line + "\"'")
        .out;
  };
  EXPECT_THAT(completed("tollway mod"), testing::StartsWith("models\t"));
  EXPECT_THAT(completed("tollway settings rot"), testing::StartsWith("rotate-master-key\t"));
  EXPECT_THAT(completed("tollway models --max"), testing::StartsWith("--max-price\t"));
  EXPECT_THAT(completed("tollway models --sort c"),
              testing::AllOf(testing::StartsWith("context\t"), HasSubstr("\ncreated\t")));
  EXPECT_THAT(completed("tollway models -p openr"), testing::StartsWith("openrouter\t"));
  EXPECT_EQ(completed("tollway settings get llm.temp"), "llm.temperature\n");
}

TEST_F(ReferenceCommands, are_installed_where_they_are_looked_for) {
  const Finished finished =
      run_script("\"" CMAKE_PROGRAM "\" --install \"" TOLLWAY_BUILD
                 "\" --component program --prefix \"$HOME/usr\" > /dev/null && cd \"$HOME/usr\" "
                 "&& find . -type f | sort && cmp share/man/man1/tollway.1 <(bin/tollway man)");
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out,
            "./bin/tollway\n"
            "./share/bash-completion/completions/tollway\n"
            "./share/doc/tollway/LICENSE\n"
            "./share/fish/vendor_completions.d/tollway.fish\n"
            "./share/man/man1/tollway.1\n"
            "./share/zsh/site-functions/_tollway\n");
}

TEST_F(ReferenceCommands, json_is_one_document) {
  EXPECT_THAT(text_at(only_document(run({"man", "--json"}).out), "/page"),
              HasSubstr(".TH TOLLWAY"));
  const auto document = only_document(run({"completions", "zsh", "--json"}).out);
  EXPECT_EQ(text_at(document, "/shell"), "zsh");
  EXPECT_THAT(text_at(document, "/script"), testing::StartsWith("#compdef tollway"));
}

class Usage : public Cli {};

TEST_F(Usage, what_is_not_understood_ends_with_2_and_a_hint) {
  const auto refused = [this](const std::vector<std::string>& words) {
    const Finished finished = run(words);
    EXPECT_EQ(finished.exit_code, 2);
    EXPECT_EQ(finished.out, "");
    return finished.err;
  };
  EXPECT_THAT(refused({"modles"}), HasSubstr("no command \"modles\". Did you mean models?"));
  EXPECT_THAT(refused({"settings", "gte"}), HasSubstr("tollway settings has no command \"gte\""));
  EXPECT_THAT(refused({"models", "--sorted", "x"}), HasSubstr("Did you mean --sort?"));
  EXPECT_THAT(refused({"keys"}), HasSubstr("a command is missing"));
  EXPECT_THAT(refused({}), HasSubstr("a command is missing"));
  const Finished finished = run({"modles", "--json"});
  EXPECT_EQ(finished.exit_code, 2);
  const auto document = only_document(finished.out);
  EXPECT_EQ(text_at(document, "/error/code"), "usage");
  EXPECT_EQ(text_at(document, "/error/suggestions/0"), "models");
}

TEST_F(Usage, help_and_version_are_answers) {
  EXPECT_THAT(run({"--version"}).out, testing::StartsWith("tollway "));
  const Finished finished = run({"models", "--help"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, HasSubstr("--min-context"));
}

}  // namespace
}  // namespace tollway::test
