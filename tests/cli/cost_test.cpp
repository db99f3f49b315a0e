#include <fmt/format.h>

#include <array>
#include <chrono>

#include "cli/cli.hpp"
#include "cli/written_ledger.hpp"

namespace tollway::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Cost : public Cli {
 protected:
  Cost() {
    environment_["TOLLWAY_PRICING_OVERRIDES"] =
        R"([{"provider":"openai","model":"mine","input":2.5,"output":10}])";
  }
};

TEST_F(Cost, prices_rows_and_reports_the_bad_ones) {
  const Finished finished = run_with_input(
      {"cost", "--jsonl", "-"},
      R"({"provider":"openai","model":"mine","usage":{"prompt_tokens":1000,"completion_tokens":10},"at":"2026-08-21"})"
      "\n\nno json\n"
      R"({"provider":"openai","model":"mine","usage":{"prompt_tokens":-1,"completion_tokens":10}})"
      "\n"
      R"({"provider":"openai","model":"nobody's","usage":{"prompt_tokens":1,"completion_tokens":1}})"
      "\n"
      R"({"provider":"openai","model":"mine","flavor":"chat","usage":{"prompt_tokens":0,"completion_tokens":0},"at":1787000000})"
      "\n");
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  std::istringstream lines(finished.out);
  std::vector<json::value> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(parse_json(line));
  ASSERT_EQ(answers.size(), 5U);
  EXPECT_EQ(text_at(answers[0], "/cost"), "0.0026");
  EXPECT_EQ(text_at(answers[0], "/currency"), "USD");
  EXPECT_EQ(text_at(answers[0], "/lines/0/unit"), "input");
  EXPECT_EQ(text_at(answers[0], "/lines/0/dollars_per_unit"), "0.0000025");
  EXPECT_EQ(text_at(answers[0], "/source/kind"), "override");
  for (const std::size_t bad : {1, 2, 3}) {
    EXPECT_TRUE(at(answers[bad], "/cost").is_null());
    EXPECT_FALSE(text_at(answers[bad], "/error").empty());
  }
  EXPECT_EQ(text_at(answers[4], "/cost"), "0");
}

TEST_F(Cost, estimates_a_prompt) {
  const std::vector<std::string> words{"cost", "-p", "openai", "-m", "mine", "--max-tokens", "100"};
  auto with_prompt = words;
  with_prompt.insert(with_prompt.end(), {"--json", "hello", "world"});
  const auto document = only_document(run(with_prompt).out);
  EXPECT_EQ(at(document, "/prompt_tokens"), json::value(2));
  EXPECT_EQ(at(document, "/tokens_exact"), json::value(true));
  EXPECT_EQ(text_at(document, "/at_most/cost"), "0.001005");
  const Finished piped = run_with_input(words, "hello world\n");
  EXPECT_EQ(piped.out,
            "                 TOKENS       COST\n"
            "prompt                2  $0.000005\n"
            "answer, at most     100     $0.001\n"
            "together                 $0.001005\n");
  EXPECT_THAT(piped.err, HasSubstr("TOLLWAY_PRICING_OVERRIDES"));
}

TEST_F(Cost, an_unknown_price_is_shown_as_unknown) {
  const Finished finished = run({"cost", "-m", "nobody/knows", "--input-tokens", "5"});
  EXPECT_EQ(finished.exit_code, 0);
  EXPECT_THAT(finished.out, HasSubstr("unknown"));
  EXPECT_THAT(finished.out, Not(HasSubstr("$0")));
}

TEST_F(Cost, rows_may_be_of_another_tier) {
  const auto row = [](std::string_view model, std::string_view more, std::string_view in_usage) {
    return fmt::format(R"({{"provider":"openai","flavor":"chat","model":"{}"{},"usage":)"
                       R"({{"prompt_tokens":1000,"completion_tokens":100{}}}}})"
                       "\n",
                       model, more, in_usage);
  };
  const std::string input = row("gpt-5", "", "") + row("gpt-5", R"(,"service_tier":"flex")", "") +
                            row("gpt-5", "", R"(,"service_tier":"flex")") +
                            row("gpt-5:batch", "", "") +
                            row("gpt-4o", R"(,"service_tier":"flex")", "");
  std::istringstream answers(run_with_input({"cost", "--jsonl", "-"}, input).out);
  std::vector<json::value> lines;
  for (std::string line; std::getline(answers, line);) lines.push_back(parse_json(line));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(text_at(lines[0], "/cost"), "0.00225");
  EXPECT_EQ(text_at(lines[0], "/source/service_tier"), "standard");
  EXPECT_EQ(text_at(lines[1], "/cost"), "0.001125");
  EXPECT_EQ(text_at(lines[1], "/source/service_tier"), "flex");
  EXPECT_EQ(text_at(lines[1], "/source/name"), "OpenAI's price page");
  EXPECT_EQ(text_at(lines[2], "/cost"), "0.001125");
  EXPECT_EQ(text_at(lines[3], "/cost"), "0.001125");
  EXPECT_TRUE(at(lines[4], "/cost").is_null());
  EXPECT_EQ(text_at(lines[4], "/error"),
            "no price is known for this model in the service tier \"flex\"");
}

TEST_F(Cost, compares_models) {
  const auto document = only_document(run({"cost", "--compare", "-p", "openrouter", "--needs",
                                           "tools", "--no-free", "-n", "3", "--json"})
                                          .out);
  EXPECT_EQ(at(document, "/models").as_array().size(), 3U);
  EXPECT_EQ(text_at(document, "/models/0/provider"), "openrouter");
  for (const unsigned short columns : {40, 80}) {
    const Shown shown = show({"cost", "--compare", "--color", "never"}, columns);
    EXPECT_EQ(shown.exit_code, 0);
    EXPECT_THAT(shown.output, HasSubstr("MODEL"));
    for (const auto& line : shown.lines) EXPECT_LE(columns_of(line), columns) << line;
  }
}

TEST_F(Cost, asks_the_provider_for_its_prices) {
  const FaultUpstream upstream(openrouter_with(
      R"([{"id":"author/model","pricing":{"prompt":"0.000001","completion":"0"}}])", ""));
  use_openrouter(upstream);
  const std::vector<std::string> words{"cost",           "-p", "openrouter", "-m", "author/model",
                                       "--input-tokens", "7",  "--json"};
  auto asking = words;
  asking.emplace_back("--refresh");
  EXPECT_TRUE(at(only_document(run(words).out), "/expected/cost").is_null());
  const auto document = only_document(run(asking).out);
  EXPECT_EQ(text_at(document, "/expected/cost"), "0.000007");
  EXPECT_EQ(text_at(document, "/expected/source/kind"), "provider_api");
}

TEST_F(Cost, a_name_alone_is_priced_by_the_list_that_was_just_asked_for) {
  const FaultUpstream upstream(openrouter_with(
      R"([{"id":"author/model","pricing":{"prompt":"0.000001","completion":"0"}}])", ""));
  use_openrouter(upstream);
  const auto document = only_document(
      run({"cost", "-m", "author/model", "--input-tokens", "7", "--json", "--refresh"}).out);
  EXPECT_EQ(text_at(document, "/expected/cost"), "0.000007");
  EXPECT_EQ(text_at(document, "/expected/source/kind"), "provider_api");
}

// 20 and 40 tokens an answer; the one that failed and the one of last year say nothing.
TEST_F(Cost, an_answer_is_expected_to_be_what_the_ledger_has_of_the_model) {
  const auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  std::array rows{attempt(1), attempt(2), attempt(3), attempt(4)};
  for (auto& row : rows) row.at_ms = now_ms;
  rows[1].counts.output = 40;
  rows[2].at_ms -= 400 * day_ms;
  rows[2].counts.output = 9000;
  rows[3].flags = ledger::failed | ledger::last;
  rows[3].counts = {};
  write_ledger(data(), rows);
  environment_["TOLLWAY_PRICING_OVERRIDES"] =
      R"([{"provider":"openrouter","model":"openai/gpt-4o","input":1,"output":10}])";
  const std::vector<std::string> words{"cost",           "-p",  "openrouter", "-m", "openai/gpt-4o",
                                       "--input-tokens", "1000"};
  EXPECT_EQ(run(words).out,
            "                 TOKENS     COST\n"
            "prompt             1000   $0.001\n"
            "answer, usually     ~30  $0.0003\n"
            "together                 $0.0013\n");
  auto limited = words;
  limited.insert(limited.end(), {"--max-tokens", "25", "--json"});
  EXPECT_EQ(at(only_document(run(limited).out), "/output_tokens"), json::value(25));
  const auto other = only_document(
      run({"cost", "-p", "openai", "-m", "gpt-4o", "--input-tokens", "9", "--json"}).out);
  EXPECT_TRUE(at(other, "/output_tokens").is_null()) << "which another provider answered";
}

TEST_F(Cost, says_what_it_needs) {
  EXPECT_EQ(run({"cost", "hello"}).exit_code, 2);
  EXPECT_EQ(run({"cost", "--jsonl", "/no/such/file"}).exit_code, 1);
  EXPECT_EQ(run({"cost", "--jsonl", "-", "--compare"}).exit_code, 2);
  EXPECT_EQ(run({"cost", "-m", "mine", "--max-tokens", "-1", "x"}).exit_code, 2);
  environment_["TOLLWAY_PRICING_OVERRIDES"] = "[1]";
  const Finished finished = run({"cost", "-m", "mine", "x"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_THAT(finished.err, HasSubstr("pricing.overrides"));
}

}  // namespace
}  // namespace tollway::test
