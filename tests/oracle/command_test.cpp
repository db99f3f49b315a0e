// The oracle's rows through the program: `tollway cost --jsonl` gives what the calculator gives.
#include <algorithm>
#include <array>
#include <map>

#include "support/gateway_process.hpp"
#include "support/temporary_directory.hpp"
#include "tollway/money.hpp"
#include "usage_prices.hpp"

namespace tollway::oracle {
namespace {

std::string jsonl_of(const std::vector<Pair>& pairs) {
  std::string rows;
  for (const auto& pair : pairs) {
    json::object row{{"provider", pair.provider},
                     {"flavor", pair.flavor},
                     {"model", pair.model},
                     {"at", priced_at.time_since_epoch().count()}};
    if (pair.usage_object != nullptr) row["usage"] = *pair.usage_object;
    rows += json::serialize(row) + "\n";
  }
  return rows;
}

struct Answer {
  std::optional<std::int64_t> nanodollars;
  std::size_t lines = 0;
};

Answer answer_of(std::string_view line) {
  const auto row = json::parse(line).as_object();
  Answer answer;
  answer.lines = row.at("lines").as_array().size();
  const auto& cost = row.at("cost");
  if (!cost.is_null()) {
    answer.nanodollars = Money::parse(std::string_view(cost.get_string()))->nanodollars;
  }
  return answer;
}

// The program also has OpenRouter's own list, which comes before the sheet, and its makers' sheets.
constexpr std::array<Disagreement, 4> of_openrouter{{
    {"openrouter", "chat", "Qwen/Qwen2.5-VL-72B-Instruct", 1,
     "We: what OpenRouter listed itself on 1 May 2026; theirs is more than twice that."},
    {"openrouter", "chat", "qwen/qwen3-32b", 3,
     "We: OpenRouter listed 0.08 and 0.24 dollars a million; theirs are 0.1 and 0.3."},
    {"openrouter", "chat", "openai/gpt-5-mini-2025-08-07", 1,
     "We: they do not know the dated name, at which OpenRouter resells OpenAI's model at its "
     "price."},
    {"openrouter", "chat", "x-ai/grok-4", 1, "We: they have no price, OpenRouter lists one."},
}};

template <std::size_t size>
const Disagreement* find(const std::array<Disagreement, size>& all, const Pair& pair) {
  const auto found = std::ranges::find_if(all, [&pair](const Disagreement& row) {
    return row.provider == pair.provider && row.flavor == pair.flavor && row.model == pair.model;
  });
  return found == all.end() ? nullptr : &*found;
}

TEST(OracleCommand, prices_every_row_as_the_calculator_does) {
  const auto rows = read_rows();
  if (rows.is_null()) GTEST_SKIP() << "needs ../shared/catalog/usage-prices.json";
  const auto pairs = pairs_of(rows);
  const test::TemporaryDirectory directory;
  const auto file = directory.write("rows.jsonl", jsonl_of(pairs));
  const auto finished =
      test::run_tollway({"cost", "--jsonl", file.string()}, {{"HOME", directory.path().string()}});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  std::istringstream answers(finished.out);
  std::map<const Disagreement*, int> seen;
  std::size_t priced = 0;
  std::string line;
  for (const auto& pair : pairs) {
    ASSERT_TRUE(std::getline(answers, line));
    const auto answer = answer_of(line);
    const auto* known = find(of_openrouter, pair);
    if (known == nullptr) {
      EXPECT_EQ(answer.nanodollars, pair.ours_nanodollars)
          << pair.provider << " " << pair.flavor << " " << pair.model << ": " << line;
      known = find(disagreements, pair);
    }
    if (is_equal(pair.theirs_femtodollars, answer.nanodollars, answer.lines)) {
      priced += answer.nanodollars ? 1U : 0U;
      continue;
    }
    ASSERT_NE(known, nullptr) << pair.provider << " " << pair.model << ": " << line;
    ++seen[known];
  }
  EXPECT_FALSE(std::getline(answers, line));
  for (const auto& row : disagreements) EXPECT_EQ(seen[&row], row.rows) << row.why;
  for (const auto& row : of_openrouter) EXPECT_EQ(seen[&row], row.rows) << row.why;
  EXPECT_EQ(priced, 2232U);
}

}  // namespace
}  // namespace tollway::oracle
