#include "cost_rows.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <utility>

#include "base/error.hpp"
#include "dialects/usage/usage_layouts.hpp"
#include "llm/metered_usage.hpp"
#include "moments.hpp"
#include "terminal/json_value.hpp"

namespace tollway {
namespace {

namespace json = boost::json;

std::unexpected<Error> refused(std::string message) {
  return client_error(Errc::bad_request, std::move(message));
}

Result<std::string> text_of(const json::object& row, std::string_view name, bool needed) {
  const auto* value = row.if_contains(name);
  if (value == nullptr || value->is_null()) {
    if (!needed) return std::string();
    return refused(fmt::format("expected a member \"{}\"", name));
  }
  if (!value->is_string()) return refused(fmt::format("expected \"{}\" to be a string", name));
  return std::string(value->get_string());
}

// Digits of a fixed width; -1 for anything else.
int number_at(std::string_view text, std::size_t at, std::size_t size) {
  if (text.size() < at + size) return -1;
  int number = -1;
  const char* const begin = text.data() + at;
  const auto [end, code] = std::from_chars(begin, begin + size, number);
  return code == std::errc{} && end == begin + size ? number : -1;
}

// "2026-08-21" or "2026-08-21T12:00:00Z" (fractions are ignored).
Result<PriceTime> parse_time(std::string_view text) {
  const auto wrong = [&text] {
    return refused(fmt::format(
        "expected \"at\" to be a date, a time such as 2026-08-21T12:00:00Z or Unix seconds, got {} "
        "characters",
        text.size()));
  };
  const std::chrono::year_month_day date{
      std::chrono::year(number_at(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))};
  if (!date.ok() || date.year() < std::chrono::year(1970)) return wrong();
  const PriceTime day = std::chrono::sys_days(date);
  if (text.size() == 10) return day;
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  const bool is_utc = text.ends_with('Z') || text.ends_with("+00:00");
  if (!is_utc || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return wrong();
  }
  return day + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

Result<PriceTime> time_of(const json::object& row, PriceTime now) {
  const auto* value = row.if_contains("at");
  if (value == nullptr || value->is_null()) return now;
  if (value->is_int64()) return PriceTime(std::chrono::seconds(value->get_int64()));
  if (!value->is_string()) return refused("expected \"at\" to be a string or a number");
  return parse_time(std::string_view(value->get_string()));
}

UsageCounts counts_of(const llm::MeteredUsage& usage) {
  return {.input = usage.input,
          .output = usage.output,
          .cache_read = usage.cache_read,
          .cache_write_5m = usage.cache_write_5m,
          .cache_write_1h = usage.cache_write_1h,
          .input_audio = usage.input_audio,
          .cache_read_audio = usage.cache_read_audio,
          .input_image = usage.input_image,
          .input_video = usage.input_video,
          .reasoning = usage.reasoning,
          .output_audio = usage.output_audio,
          .output_image = usage.output_image,
          .output_video = usage.output_video,
          .web_searches = usage.web_searches};
}

Result<CostRecord> record_of(const json::object& row, PriceTime now) {
  const auto provider = text_of(row, "provider", true);
  if (!provider) return std::unexpected(provider.error());
  const auto flavor = text_of(row, "flavor", false);
  if (!flavor) return std::unexpected(flavor.error());
  const auto model = text_of(row, "model", true);
  if (!model) return std::unexpected(model.error());
  const auto at = time_of(row, now);
  if (!at) return std::unexpected(at.error());
  const auto layout = dialects::usage_layout(*provider, *flavor);
  if (!layout) {
    return refused(
        "expected \"flavor\" to be default, chat, responses, embeddings, anthropic or tokens");
  }
  const auto* usage = row.if_contains("usage");
  if (usage == nullptr) return refused("expected a member \"usage\"");
  const auto counts = dialects::read_usage(*layout, *usage);
  if (!counts) return std::unexpected(counts.error());
  const auto stated = text_of(row, "service_tier", false);
  if (!stated) return std::unexpected(stated.error());
  std::string tier = *stated;
  if (tier.empty() && counts->tier) tier = name_of(*counts->tier);
  return CostRecord{.provider = *provider,
                    .model = *model,
                    .usage = counts_of(*counts),
                    .at = *at,
                    .service_tier = std::move(tier)};
}

json::value decimal_or_null(const std::optional<Money>& amount) {
  return amount ? json::value(amount->to_string()) : json::value(nullptr);
}

json::object without_cost(std::string_view why) {
  return {{"cost", nullptr},
          {"currency", "USD"},
          {"lines", json::array()},
          {"source", nullptr},
          {"error", terminal::json_text(why)}};
}

std::string why_unknown(const CostBreakdown& cost, const CostRecord& record) {
  if (cost.pricing_used) return "a unit that was used has no known price";
  const auto tier = llm::service_tier_named(record.service_tier);
  if (tier && *tier != llm::ServiceTier::standard) {
    return fmt::format("no price is known for this model in the service tier \"{}\"",
                       record.service_tier);
  }
  return "no price is known for this model of this provider";
}

}  // namespace

json::object described(const ModelPricing& pricing, PriceTime now) {
  json::object source{
      {"provider", pricing.provider},
      {"model", pricing.model},
      {"kind", terminal::json_text(name_of(pricing.source))},
      {"name", pricing.source_name},
      {"service_tier", pricing.service_tier.empty() ? "standard" : pricing.service_tier},
      {"as_of", nullptr},
      {"age_seconds", nullptr},
      {"discount", terminal::json_text_or_null(pricing.discount)}};
  if (pricing.as_of) source["as_of"] = utc_text(*pricing.as_of);
  if (const auto age = pricing.age(now)) source["age_seconds"] = age->count();
  return source;
}

json::object described(const CostBreakdown& cost, PriceTime now) {
  json::array lines;
  for (const auto& line : cost.lines) {
    lines.push_back(
        json::object{{"unit", line.unit},
                     {"quantity", line.quantity},
                     {"dollars_per_unit", terminal::json_text_or_null(line.unit_dollars)},
                     {"cost", decimal_or_null(line.cost)}});
  }
  json::object answer{{"cost", decimal_or_null(cost.total_cost)},
                      {"currency", "USD"},
                      {"lines", std::move(lines)},
                      {"source", nullptr}};
  if (cost.pricing_used) answer["source"] = described(*cost.pricing_used, now);
  return answer;
}

json::object price_row(const CostCalculator& calculator, std::string_view row, PriceTime now) {
  boost::system::error_code code;
  const auto parsed = json::parse(row, code);
  if (code || !parsed.is_object()) return without_cost("expected a JSON object");
  const auto record = record_of(parsed.get_object(), now);
  if (!record) return without_cost(record.error().message);
  const auto cost = calculator.calculate_cost(*record);
  if (!cost) return without_cost(cost.error().message);
  auto answer = described(*cost, now);
  if (!cost->total_cost) {
    answer["error"] = why_unknown(*cost, *record);
  }
  return answer;
}

}  // namespace tollway
