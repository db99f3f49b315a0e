#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

json::value provider_in(const json::value& document, std::string_view key) {
  for (const auto& provider : document.at("providers").as_array()) {
    if (text_at(provider, "/key") == key) return provider;
  }
  ADD_FAILURE() << "no " << key << " in " << document;
  return {};
}

class ProvidersCommand : public Cli {};

TEST_F(ProvidersCommand, lists_them_with_their_keys) {
  const Finished finished = run({"providers", "--json"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  const auto document = only_document(finished.out);
  const auto openrouter = provider_in(document, "openrouter");
  EXPECT_EQ(text_at(openrouter, "/name"), "OpenRouter");
  EXPECT_EQ(text_at(openrouter, "/location"), "cloud");
  EXPECT_EQ(at(openrouter, "/key_set"), json::value(true));
  EXPECT_EQ(text_at(openrouter, "/key_source"), "OPENROUTER_API_KEY");
  EXPECT_EQ(at(openrouter, "/available"), json::value(true));
  const auto groq = provider_in(document, "groq");
  EXPECT_EQ(at(groq, "/key_set"), json::value(false));
  EXPECT_EQ(at(groq, "/available"), json::value(false));
  EXPECT_THAT(text_at(groq, "/reason"), HasSubstr("llm.groq.api_key"));
  EXPECT_EQ(text_at(provider_in(document, "ollama"), "/location"), "local");
  EXPECT_TRUE(document.at("problems").as_array().empty());
}

TEST_F(ProvidersCommand, checks_whether_they_answer) {
  const FaultUpstream upstream(openrouter_with(R"([{"id":"author/model"}])", ""));
  use_openrouter(upstream);
  Finished finished = run({"providers", "openrouter", "--check", "--json"});
  EXPECT_EQ(finished.exit_code, 0) << finished.out;
  EXPECT_EQ(at(provider_in(only_document(finished.out), "openrouter"), "/check/ok"),
            json::value(true));
  use_openrouter("http://127.0.0.1:1/api/v1");
  finished = run({"providers", "openrouter", "--check"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.out, HasSubstr("connect_failed"));
}

TEST_F(ProvidersCommand, shows_descriptors_of_the_users_own_and_broken_ones) {
  const auto folder = config() / "tollway" / "providers";
  std::filesystem::create_directories(folder);
  replace_file(folder / "broken.toml", "key = \n");
  const Finished finished = run({"providers"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("broken.toml:1:"));
  EXPECT_THAT(run({"chat", "-p", "broken", "Hello"}).err, HasSubstr("broken.toml:1:"));
  const auto document = only_document(run({"providers", "--json"}).out);
  EXPECT_THAT(text_at(document, "/problems/0/path"), HasSubstr("broken.toml"));
}

TEST_F(ProvidersCommand, a_provider_of_the_users_own_works_like_the_others) {
  const FaultUpstream upstream(openrouter_with(R"([{"id":"mine/model"}])", "From mine."));
  const auto folder = config() / "tollway" / "providers";
  std::filesystem::create_directories(folder);
  replace_file(folder / "mine.toml",
               fmt::format("key = \"mine\"\nname = \"Mine\"\nkind = \"local\"\n"
                           "base_url = \"{}\"\n[api_key]\nuse = \"optional\"\n",
                           upstream.url()));
  EXPECT_EQ(run({"settings", "set", "llm.provider", "mine"}).exit_code, 0);
  const std::string key = "mine-canary-77d0c1b2";
  secrets_.push_back(key);
  EXPECT_EQ(run_with_input({"keys", "add", "mine"}, key).exit_code, 0);
  EXPECT_THAT(run({"models"}).out, HasSubstr("mine/model"));
  const Finished finished = run({"chat", "-m", "mine/model", "Hello"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.out, "From mine.\n");
  EXPECT_EQ(upstream.request(1).headers.find("authorization"), "Bearer " + key);
}

TEST_F(ProvidersCommand, fits_narrow_terminals) {
  for (const unsigned short columns : {40, 80}) {
    const Shown shown = show({"providers"}, columns);
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_THAT(shown.output, HasSubstr("openrouter"));
    for (const auto& line : shown.lines) EXPECT_LE(columns_of(line), columns) << line;
  }
}

}  // namespace
}  // namespace tollway::test
