#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "catalog/model_query.hpp"

namespace tollway::catalog {
namespace {

using Sort = ModelQuery::Sort;

constexpr std::array<std::string_view, 12> categories{
    "programming", "roleplay", "marketing", "marketing/seo", "technology", "science",
    "translation", "legal",    "finance",   "health",        "trivia",     "academia"};

std::unexpected<Error> refuse(std::string_view name, std::string_view expected) {
  return client_error(Errc::bad_request, fmt::format("{}: expected {}", name, expected));
}

std::vector<std::string> comma_list(std::string_view text) {
  std::vector<std::string> made;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (comma > 0) made.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return made;
}

Result<> read_count(std::string_view name, std::string_view text, std::int64_t min,
                    std::int64_t max, std::optional<std::int64_t>& into) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!whole || number < min || number > max) {
    return refuse(name, fmt::format("an integer from {} to {}", min, max));
  }
  into = number;
  return {};
}

Result<> read_number(std::string_view name, std::string_view text, std::optional<double>& into) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  if (!whole || !std::isfinite(number) || number < 0) return refuse(name, "a number of 0 or more");
  into = number;
  return {};
}

Result<> read_sort(std::string_view text, ModelQuery& query) {
  std::string names;
  for (auto i = static_cast<int>(Sort::newest); i <= static_cast<int>(Sort::latency_low_to_high);
       ++i) {
    query.sort = static_cast<Sort>(i);
    if (name_of(query.sort) == text) return {};
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name_of(query.sort));
  }
  return refuse("sort", "one of " + names);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return text;
}

// What is judged of each offer.
Result<bool> read_offers(std::string_view name, const std::string& text, ModelQuery& query) {
  const auto is_one_of = [&text](std::initializer_list<std::string_view> values) {
    return std::ranges::find(values, text) != values.end();
  };
  if (name == "category") {
    if (std::ranges::find(categories, text) == categories.end()) {
      return refuse(name, fmt::format("one of {}", fmt::join(categories, ", ")));
    }
    query.category = text;
  } else if (name == "distillable") {
    if (!is_one_of({"true", "false"})) return refuse(name, "true or false");
    query.distillable = text == "true";
  } else if (name == "zdr") {
    if (text != "true") return refuse(name, "true");
    query.zero_retention = true;
  } else if (name == "region") {
    if (!is_one_of({"eu", "us"})) return refuse(name, "eu or us");
    query.region = text;
  } else if (name == "providers") {
    query.providers = comma_list(lower(text));
  } else if (name == "use_rss" || name == "use_rss_chat_links") {
    if (text != "false" && text != "0") query.feed = ModelQuery::Feed::rss;
  } else {
    return false;
  }
  return true;
}

// A half of a range by its name: "min_price", "max_coding_index".
std::optional<double>* range_end(std::string_view name, ModelQuery& query) {
  const bool is_min = name.starts_with("min_");
  if (!is_min && !name.starts_with("max_")) return nullptr;
  const std::array<std::pair<std::string_view, Range*>, 7> ranges{{
      {"price", &query.price},
      {"output_price", &query.output_price},
      {"age_days", &query.age_days},
      {"intelligence_index", &query.intelligence_index},
      {"coding_index", &query.coding_index},
      {"agentic_index", &query.agentic_index},
      {"tool_success_rate", &query.tool_success},
  }};
  for (const auto& [range_name, range] : ranges) {
    if (range_name == name.substr(4)) return is_min ? &range->min : &range->max;
  }
  return nullptr;
}

Result<> read_parameter(std::string_view name, const std::string& text, ModelQuery& query) {
  constexpr std::int64_t counts_max = 1'000'000'000;
  if (text.empty()) return {};
  if (name == "offset") return read_count(name, text, 0, counts_max, query.offset);
  if (name == "limit") return read_count(name, text, 1, ModelQuery::limit_max, query.limit);
  if (name == "context") return read_count(name, text, 1, counts_max, query.context_min);
  if (name == "sort") return read_sort(text, query);
  const auto of_offers = read_offers(name, text, query);
  if (!of_offers) return std::unexpected(of_offers.error());
  if (*of_offers) return {};
  if (auto* const end = range_end(name, query)) {
    if (auto read = read_number(name, text, *end); !read) return read;
    const bool is_share = name.ends_with("tool_success_rate");
    if (is_share && **end > 1) return refuse(name, "a number from 0 to 1");
    return {};
  }
  if (name == "q") query.words = text;
  if (name == "arch") query.architecture = text;
  if (name == "model_authors") query.authors = comma_list(text);
  if (name == "supported_parameters") query.supported_parameters = comma_list(text);
  if (name == "input_modalities") query.input_modalities = comma_list(text);
  if (name == "output_modalities") {
    query.output_modalities = comma_list(text);
    if (text == "all") query.output_modalities.clear();
  }
  return {};
}

int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  const char lowered = static_cast<char>(byte | 0x20);
  return lowered >= 'a' && lowered <= 'f' ? lowered - 'a' + 10 : -1;
}

}  // namespace

std::string percent_decoded(std::string_view text, bool plus_is_space) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0) {
      made += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      made += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return made;
}

Result<ModelQuery> read_model_query(std::string_view query) {
  ModelQuery made;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto text = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (auto read = read_parameter(name, text, made); !read) return std::unexpected(read.error());
  }
  return made;
}

}  // namespace tollway::catalog
