// ../shared/catalog/usage-prices.json: usage objects of real answers, each with the price that
// another calculator gives it under several vendors and layouts.
#pragma once

#include <array>
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "llm/metered_usage.hpp"
#include "pricing/price_sheet.hpp"

namespace tollway::oracle {

namespace json = boost::json;

// The oracle prices as of this day; DeepSeek's prices say that it was daytime.
inline constexpr auto priced_at =
    pricing::SystemTime(std::chrono::sys_days(std::chrono::year(2026) / std::chrono::August / 21) +
                        std::chrono::hours(12));

// One price of the oracle's beside ours. Nanodollars; theirs may have a fraction.
struct Pair {
  std::string_view provider;
  std::string_view flavor;
  std::string_view model;
  const json::value* usage_object = nullptr;  // null: the answer has none
  std::optional<llm::MeteredUsage> usage;
  std::optional<std::int64_t> theirs_femtodollars;
  std::optional<std::int64_t> ours_nanodollars;
  std::size_t lines = 0;
};

// All that the oracle has of the vendors we carry. Views of `rows`, which read_rows() gives; null
// where ../shared has no such file.
[[nodiscard]] json::value read_rows();
[[nodiscard]] std::vector<Pair> pairs_of(const json::value& rows);

// Each line is rounded once, so a sum may be off by half a nanodollar a line.
[[nodiscard]] bool is_equal(std::optional<std::int64_t> theirs_femtodollars,
                            std::optional<std::int64_t> ours_nanodollars, std::size_t lines);

// Where we and the oracle differ, how often, and who is right.
struct Disagreement {
  std::string_view provider;
  std::string_view flavor;
  std::string_view model;
  int rows;
  std::string_view why;
};
// Of searches: the oracle leaves them out of the sum.
inline constexpr std::string_view searches_cost =
    "We: Anthropic bills 10 dollars for a thousand searches beside the tokens, and so does Azure, "
    "where its models cost the same.";
inline constexpr std::string_view searches_are_unknown =
    "We: there were searches, and nobody has a price for them there. Theirs is of the tokens "
    "alone; "
    "ours is unknown.";
inline constexpr std::array<Disagreement, 17> disagreements{{
    {"aws", "anthropic", "openai.gpt-5.6-luna", 3,
     "We: AWS's prices in ../shared/catalog/vendor-prices.json end at gpt-5.5, so what it takes "
     "for "
     "this one is unknown. Theirs, 1.1 and 6.6 dollars, are OpenAI's with the tenth that AWS adds "
     "to "
     "gpt-5.4 and gpt-5.5; and in two of the three, tokens that were written to the cache cost no "
     "more than others, while OpenAI takes a quarter more."},
    {"azure", "chat", "gpt-5.6-sol", 1,
     "We: 4012 of the 4020 tokens were written to the cache, which costs 6.25 dollars a million; "
     "they bill them as input at 5."},
    {"azure", "responses", "gpt-5.6-sol", 1, "We: the same."},
    {"cerebras", "chat", "qwen-3-coder-480b", 1,
     "We: the sheet has the model without a price, which they take for free. Ours is unknown."},
    {"google", "chat", "gemini-2.5-pro-preview-05-06", 2,
     "We: the total is more than prompt and completion by the thoughts, which Google bills as "
     "output; they bill the completion alone."},
    {"anthropic", "default", "claude-sonnet-4-20250514", 1, searches_cost},
    {"anthropic", "default", "claude-sonnet-4-5-20250929", 3, searches_cost},
    {"anthropic", "default", "claude-sonnet-4-6", 1, searches_cost},
    {"azure", "anthropic", "claude-sonnet-4-20250514", 1, searches_cost},
    {"azure", "anthropic", "claude-sonnet-4-5-20250929", 3, searches_cost},
    {"azure", "anthropic", "claude-sonnet-4-6", 1, searches_cost},
    {"aws", "anthropic", "claude-sonnet-4-20250514", 1, searches_are_unknown},
    {"aws", "anthropic", "claude-sonnet-4-5-20250929", 3, searches_are_unknown},
    {"aws", "anthropic", "claude-sonnet-4-6", 1, searches_are_unknown},
    {"google", "anthropic", "claude-sonnet-4-20250514", 1, searches_are_unknown},
    {"google", "anthropic", "claude-sonnet-4-5-20250929", 3, searches_are_unknown},
    {"google", "anthropic", "claude-sonnet-4-6", 1, searches_are_unknown},
}};

}  // namespace tollway::oracle
