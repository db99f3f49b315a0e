#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;

constexpr const char* first_key = "sk-or-v1-canary-first-1111";
constexpr const char* second_key = "sk-or-v1-canary-second-2222";

// An upstream whose key check accepts one key only.
FaultUpstream::Script accepting(std::string key) {
  return FaultUpstream::answering([key = std::move(key)](const Request& request) {
    if (request.headers.find("authorization") == "Bearer " + key) {
      return json_answer(R"({"data":{"label":"a key"}})");
    }
    return answer(401, "application/json", R"({"error":{"message":"No auth","code":401}})");
  });
}

class Keys : public Cli {
 protected:
  Keys() {
    environment_.erase("OPENROUTER_API_KEY");
    secrets_.insert(secrets_.end(), {first_key, second_key});
  }
  void use_url(const FaultUpstream& upstream) {
    environment_["TOLLWAY_LLM_OPENROUTER_URL"] = upstream.url();
  }
};

TEST_F(Keys, are_added_listed_and_removed) {
  Finished finished = run({"keys", "list"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("no keys are stored"));
  finished = run_with_input(
      {"keys", "add", "OpenRouter", "--label", "work", "--environment", "staging", "--weight", "5"},
      first_key);
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(run_with_input({"keys", "add", "openrouter"}, second_key).exit_code, 0);
  const auto document = only_document(run({"keys", "list", "openrouter", "--json"}).out);
  ASSERT_EQ(document.at("keys").as_array().size(), 2U);
  EXPECT_EQ(text_at(document, "/keys/0/label"), "default");
  EXPECT_EQ(text_at(document, "/keys/0/last_four"), "...2222");
  EXPECT_EQ(text_at(document, "/keys/1/environment"), "staging");
  EXPECT_EQ(at(document, "/keys/1/weight"), json::value(5));
  EXPECT_EQ(at(document, "/keys/1/retires_at"), json::value(nullptr));
  EXPECT_THAT(run({"keys", "list"}).out, HasSubstr("openrouter  work     ...1111"));
  finished = run({"keys", "remove", "openrouter", "--label", "work", "--json"});
  EXPECT_EQ(text_at(only_document(finished.out), "/removed/label"), "work");
  EXPECT_EQ(run({"keys", "remove", "openrouter", "--label", "work"}).exit_code, 1);
}

TEST_F(Keys, are_typed_unseen) {
  const auto pty = start({"keys", "add", "openrouter"});
  EXPECT_TRUE(pty->wait_for("OpenRouter API key: "));
  pty->type(std::string(first_key) + "\r");
  EXPECT_EQ(pty->wait_for_exit(), 0);
  EXPECT_THAT(pty->output(), HasSubstr("...1111"));
  keep(*pty);
  const auto cancelled = start({"keys", "add", "groq"});
  EXPECT_TRUE(cancelled->wait_for("API key: "));
  cancelled->type("\x03");
  EXPECT_EQ(cancelled->wait_for_exit(), 130);
  keep(*cancelled);
}

TEST_F(Keys, a_rotation_asks_the_vendor_first) {
  const FaultUpstream upstream(accepting(second_key));
  use_url(upstream);
  EXPECT_EQ(run_with_input({"keys", "add", "openrouter"}, first_key).exit_code, 0);
  Finished finished =
      run_with_input({"keys", "rotate", "openrouter"}, "sk-or-v1-canary-refused-3333");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("refuses this key"));
  EXPECT_THAT(run({"keys", "list"}).out, HasSubstr("...1111"));
  finished =
      run_with_input({"keys", "rotate", "openrouter", "--grace", "1h", "--json"}, second_key);
  EXPECT_EQ(finished.exit_code, 0) << finished.out;
  EXPECT_EQ(text_at(only_document(finished.out), "/key/last_four"), "...2222");
  EXPECT_EQ(upstream.request(1).target, "/api/v1/key");
  const auto document = only_document(run({"keys", "list", "--json"}).out);
  ASSERT_EQ(document.at("keys").as_array().size(), 2U);
  EXPECT_EQ(run({"chat", "-m", "a/b", "--json", "Hello"}).exit_code, 1);
  EXPECT_EQ(upstream.request(2).headers.find("authorization"), std::string("Bearer ") + second_key);
}

TEST_F(Keys, a_rotation_without_grace_leaves_the_new_key_alone) {
  EXPECT_EQ(run_with_input({"keys", "add", "openrouter"}, first_key).exit_code, 0);
  const Finished finished =
      run_with_input({"keys", "rotate", "openrouter", "--no-verify", "--grace", "0"}, second_key);
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  const auto document = only_document(run({"keys", "list", "--json"}).out);
  ASSERT_EQ(document.at("keys").as_array().size(), 1U);
  EXPECT_EQ(text_at(document, "/keys/0/last_four"), "...2222");
}

TEST_F(Keys, may_be_checked_before_they_are_stored) {
  const FaultUpstream upstream(accepting(first_key));
  use_url(upstream);
  EXPECT_EQ(run_with_input({"keys", "add", "openrouter", "--check"}, second_key).exit_code, 1);
  EXPECT_EQ(run_with_input({"keys", "add", "openrouter", "--check"}, first_key).exit_code, 0);
}

TEST_F(Keys, of_another_vendor_are_warned_about) {
  const Finished finished = run_with_input({"keys", "add", "groq"}, first_key);
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.err, HasSubstr("looks like one of OpenRouter"));
}

TEST_F(Keys, nonsense_is_refused) {
  EXPECT_EQ(run({"keys"}).exit_code, 2);
  EXPECT_EQ(run({"keys", "add"}).exit_code, 2);
  EXPECT_EQ(run({"keys", "add", "openrouter", "--weight", "0"}).exit_code, 2);
  EXPECT_EQ(run({"keys", "rotate", "openrouter", "--grace", "soon"}).exit_code, 2);
  const Finished unknown = run({"keys", "add", "openruter"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_THAT(unknown.err, HasSubstr("openrouter"));
}

}  // namespace
}  // namespace tollway::test
