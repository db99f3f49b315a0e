// The oracle's rows through the program: `tollway cost --jsonl` gives what the calculator gives.
#include <algorithm>
#include <array>

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
  std::optional<std::int64_t> nanodollars;  // without searches, which the oracle does not price
  std::size_t lines = 0;
};

Answer answer_of(std::string_view line) {
  const auto row = json::parse(line).as_object();
  Answer answer;
  if (row.at("lines").as_array().empty() && row.at("cost").is_null()) return answer;
  answer.nanodollars = 0;
  for (const auto& one : row.at("lines").as_array()) {
    if (one.at("unit") == "web_search") continue;
    ++answer.lines;
    const auto& cost = one.at("cost");
    if (cost.is_null()) {
      answer.nanodollars.reset();
    } else if (answer.nanodollars) {
      *answer.nanodollars += Money::parse(std::string_view(cost.get_string()))->nanodollars;
    }
  }
  return answer;
}

// Of OpenRouter the program also has its list of models, and prices a maker's own name, such as
// gpt-4o, as the maker does; the oracle has neither.
bool is_known_elsewhere(const Pair& pair, const Answer& answer) {
  return pair.provider == "openrouter" && !pair.theirs_femtodollars && !pair.ours_nanodollars &&
         answer.nanodollars;
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
  std::array<int, disagreements.size()> seen{};
  std::size_t priced = 0;
  int known_elsewhere = 0;
  std::string line;
  for (const auto& pair : pairs) {
    ASSERT_TRUE(std::getline(answers, line));
    const auto answer = answer_of(line);
    if (is_known_elsewhere(pair, answer)) {
      ++known_elsewhere;
      continue;
    }
    EXPECT_EQ(answer.nanodollars, pair.ours_nanodollars)
        << pair.provider << " " << pair.flavor << " " << pair.model << ": " << line;
    if (is_equal(pair.theirs_femtodollars, answer.nanodollars, answer.lines)) {
      priced += answer.nanodollars ? 1U : 0U;
      continue;
    }
    const auto* const known = std::ranges::find_if(disagreements, [&](const Disagreement& row) {
      return row.provider == pair.provider && row.flavor == pair.flavor && row.model == pair.model;
    });
    ASSERT_NE(known, disagreements.end()) << pair.provider << " " << pair.model << ": " << line;
    ++seen[static_cast<std::size_t>(known - disagreements.begin())];
  }
  EXPECT_FALSE(std::getline(answers, line));
  for (std::size_t i = 0; i < disagreements.size(); ++i) {
    EXPECT_EQ(seen[i], disagreements[i].rows) << disagreements[i].why;
  }
  EXPECT_EQ(priced, 2258U);
  EXPECT_EQ(known_elsewhere, 190);
}

}  // namespace
}  // namespace tollway::oracle
