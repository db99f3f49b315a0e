// `tollway explain`: the gateway's decision, on the command line.
#include "cli/cli.hpp"

namespace tollway::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string row(std::string_view model, std::string_view price) {
  return R"({"id":")" + std::string(model) + R"(","canonical_slug":")" + std::string(model) +
         R"(","name":"M","context_length":8192,"created":1,"architecture":)"
         R"({"input_modalities":["text"],"output_modalities":["text"]},"pricing":{"prompt":")" +
         std::string(price) + R"(","completion":")" + std::string(price) + R"("}})";
}

// Two servers that list the same model at different prices, and one that lists another.
class Explain : public Cli {
 protected:
  Explain() {
    serve("cheap", "openai", row("a/both", "0.000001"));
    serve("dear", "groq", row("a/both", "0.000004") + "," + row("b/other", "0.000002"));
    environment_["TOLLWAY_LLM_PROVIDER"] = "openai";
    // Their lists are fetched once; the command itself asks nobody.
    for (const auto* provider : {"openai", "groq"}) {
      EXPECT_EQ(run({"models", "changes", "-p", provider}).exit_code, 0);
    }
    EXPECT_EQ(asked(), 2);
  }

  json::value explain(std::vector<std::string> more, std::string_view input = {}) {
    more.insert(more.begin(), {"explain", "--json"});
    return only_document(run_with_input(more, input).out);
  }
  // "groq 1", "openai -"
  static std::vector<std::string> places(const json::value& document) {
    std::vector<std::string> made;
    for (const auto& candidate : document.at("candidates").as_array()) {
      const auto& place = candidate.at("place");
      made.push_back(text_at(candidate, "/provider") + " " +
                     (place.is_int64() ? std::to_string(place.get_int64()) : "-"));
    }
    return made;
  }
  [[nodiscard]] int asked() const {
    int requests = 0;
    for (const auto& upstream : upstreams_) requests += upstream->request_count();
    return requests;
  }
  void TearDown() override {
    EXPECT_EQ(asked(), 2) << "more than the two lists: the command asked somebody";
    Cli::TearDown();
  }

 private:
  void serve(std::string_view name, std::string_view provider, const std::string& rows) {
    upstreams_.push_back(std::make_unique<FaultUpstream>(
        FaultUpstream::answering(json_answer(R"({"data":[)" + rows + "]}"))));
    const std::string prefix = provider == "openai" ? "OPENAI" : "GROQ";
    environment_["TOLLWAY_LLM_" + prefix + "_URL"] = upstreams_.back()->url();
    environment_["TOLLWAY_LLM_" + prefix + "_API_KEY"] = std::string(name) + "-canary-93ab01";
    secrets_.push_back(environment_["TOLLWAY_LLM_" + prefix + "_API_KEY"]);
  }

  std::vector<std::unique_ptr<FaultUpstream>> upstreams_;
};

TEST_F(Explain, order_by_price_and_costs) {
  const auto document = explain({"a/both", "--body", "-"},
                                R"({"provider":{"sort":"price"},"max_tokens":100,"messages":[]})");
  EXPECT_EQ(text_at(document, "/model"), "a/both");
  EXPECT_EQ(text_at(document, "/route"), "chat/completions");
  EXPECT_THAT(places(document), ElementsAre("openai 1", "groq 2"));
  EXPECT_EQ(at(document, "/output_tokens"), 100);
  EXPECT_EQ(text_at(document, "/candidates/0/breaker"), "closed");
}

TEST_F(Explain, preferences_of_the_body_count) {
  const auto document =
      explain({"--body", "-"}, R"({"model":"a/both","provider":{"order":["groq"],)"
                               R"("ignore":["openai"]},"messages":[]})");
  EXPECT_THAT(places(document), ElementsAre("groq 1", "openai -"));
  EXPECT_EQ(text_at(document, "/candidates/1/dropped"), "ignored");
}

TEST_F(Explain, fallback_models_stand_behind) {
  const auto document = explain(
      {"--body", "-"},
      R"({"model":"a/both","models":["b/other"],"provider":{"sort":"price"},"messages":[]})");
  EXPECT_THAT(places(document), ElementsAre("openai 1", "groq 2", "groq 3"));
  EXPECT_EQ(text_at(document, "/candidates/2/model"), "b/other");
}

TEST_F(Explain, others_where_the_default_is_the_demonstration) {
  environment_.erase("TOLLWAY_LLM_PROVIDER");
  const auto document =
      explain({"--body", "-"}, R"({"model":"a/both","provider":{"sort":"price"},"messages":[]})");
  EXPECT_THAT(places(document), ElementsAre("openai 1", "groq 2"));
}

TEST_F(Explain, table_for_people) {
  const auto shown = run({"explain", "b/other"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("groq"));
  EXPECT_THAT(shown.out, HasSubstr("b/other"));
  EXPECT_THAT(shown.err, HasSubstr("strategy: price_weighted"));
}

TEST_F(Explain, nobody_left_is_exit_code_one) {
  const auto finished = run_with_input({"explain", "a/both", "--body", "-"},
                                       R"({"provider":{"only":["nobody"]},"messages":[]})");
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.out, HasSubstr("not_allowed"));
  EXPECT_THAT(finished.err, HasSubstr("nobody may serve this request"));
}

TEST_F(Explain, what_the_gateway_refuses_is_refused) {
  for (const auto* body : {"{\"model\":", R"({"provider":{"sort":"beauty"},"messages":[]})"}) {
    const auto finished = run_with_input({"explain", "a/both", "--json", "--body", "-"}, body);
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(text_at(only_document(finished.out), "/error/code"), "bad_request");
  }
  EXPECT_EQ(run({"explain", "a/both", "--body", "/nowhere/at/all"}).exit_code, 1);
}

}  // namespace
}  // namespace tollway::test
