// docs/adding_a_provider.md, followed to the letter.
#include <csignal>

#include "cli/cli.hpp"
#include "support/document.hpp"

namespace tollway::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class AddingAProvider : public Cli {
 protected:
  AddingAProvider() { environment_.erase("XDG_CONFIG_HOME"); }

  // "~" is the test's own home.
  [[nodiscard]] fs::path at_home(const std::string& path) const {
    EXPECT_TRUE(path.starts_with("~/")) << path;
    return fs::path(environment_.at("HOME")) / path.substr(2);
  }

  void follow(const ShownCommand& shown) {
    const Finished finished =
        run_script("tollway() { \"$tollway\" \"$@\"; }\n" + shown.command + "\n");
    for (const auto& line : shown.output) {
      EXPECT_THAT(finished.out + finished.err, HasSubstr(line)) << "$ " << shown.command;
    }
  }
};

TEST_F(AddingAProvider, works_as_the_page_says) {
  const auto page = read_document("docs/adding_a_provider.md");
  const FaultUpstream upstream(openrouter_with(R"([{"id":"acme-large"}])", "Good day to you."));
  const auto file = at_home(page.quoted_after("Write "));
  fs::create_directories(file.parent_path());
  replace_file(file, page.block("toml"));
  // The descriptor names this variable for its base URL; nobody of the test is in the world.
  environment_["ACME_BASE_URL"] = upstream.url();
  const std::string key = "acme-5d1f09b83a64c27e";
  ASSERT_THAT(page.text, HasSubstr(key));
  secrets_.push_back(key);

  const auto commands = page.commands();
  ASSERT_GE(commands.size(), 6U);
  for (const auto& shown : commands) follow(shown);

  ASSERT_GE(upstream.request_count(), 2);
  const auto question = upstream.requests().back();
  EXPECT_EQ(question.headers.find("authorization"), "Bearer " + key);
  EXPECT_EQ(text_at(question.body_json(), "/model"), "acme-large");
}

TEST_F(AddingAProvider, a_broken_one_disables_itself_alone) {
  const auto page = read_document("docs/adding_a_provider.md");
  const auto file = at_home(page.quoted_after("Write "));
  fs::create_directories(file.parent_path());
  replace_file(file, page.block("toml"));
  replace_file(file.parent_path() / "broken.toml", "key = \"broken\"\nname = \n");
  const Finished finished = run({"providers"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("broken.toml:2:"));
  EXPECT_THAT(finished.out, HasSubstr("acme"));
  EXPECT_THAT(finished.out, HasSubstr("openrouter"));
}

TEST(AddingAProviderToAGateway, is_picked_up_on_reload) {
  const auto page = read_document("docs/adding_a_provider.md");
  const FaultUpstream upstream(openrouter_with("[]", "From Acme."));
  const TemporaryDirectory files;
  const auto config = files.write("tollway.toml", "");
  fs::create_directory(files.path() / "providers");
  Gateway gateway(
      {.environment = {{"ACME_BASE_URL", upstream.url()}, {"ACME_API_KEY", "acme-canary-8f20c77e"}},
       .flags = {"--config", config.string()}});
  const auto ask = [&gateway] {
    return gateway.post("/api/v1/chat/completions",
                        R"({"model":"acme-large","messages":[{"role":"user","content":"Hello"}]})");
  };
  EXPECT_EQ(ask().status, 400) << "the demonstration has no such model";
  EXPECT_EQ(upstream.request_count(), 0);

  files.write("providers/acme.toml", page.block("toml"));
  files.write("providers/broken.toml", "key = \"broken\"\nname = \n");
  replace_file(config, "[llm]\nprovider = \"acme\"\n");
  gateway.process().signal(SIGHUP);
  EXPECT_TRUE(wait_until([&] { return gateway.standard_error().contains("broken.toml:2:"); }));
  // Each of its threads takes it.
  EXPECT_TRUE(wait_until([&] { return ask().body.contains("From Acme."); }));
  EXPECT_EQ(upstream.request().headers.find("authorization"), "Bearer acme-canary-8f20c77e");
}

}  // namespace
}  // namespace tollway::test
