#include "gateway/ledger_json.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <ctime>

#include "dialects/json_reader.hpp"

namespace tollway::gateway {
namespace {

using dialects::json_string;
using ledger::AttemptRecord;

std::string dollars(const std::optional<Money>& money) {
  return money ? money->to_string() : "null";
}

std::string_view flag(bool set) {
  return set ? "true" : "false";
}

std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json_string(text);
}

// In OpenRouter's words. What nobody knows the name of any more is not told.
std::string tier_or_null(const std::optional<llm::ServiceTier>& tier) {
  if (!tier || tier == llm::ServiceTier::other) return "null";
  return json_string(tier == llm::ServiceTier::standard ? "default" : name_of(*tier));
}

// "2026-11-23T13:14:15.678Z", and the date alone.
std::string moment(std::int64_t unix_ms) {
  const std::time_t seconds = unix_ms / 1000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     unix_ms % 1000);
}
std::string date(std::int64_t day) {
  return moment(day * 86'400'000).substr(0, 10);
}

std::string ms_or_null(std::uint32_t us) {
  return us == AttemptRecord::unset_us ? "null" : std::to_string(us / 1000);
}

std::string_view api_type(std::string_view route) {
  return route == "embeddings" || route == "rerank" ? route : "completions";
}

std::string_view served_by(const AttemptRecord& record) {
  return record.served_by.empty() ? record.provider : record.served_by;
}

// Of what OpenRouter's schema has here only the status may be null: what is not known is left out.
std::string attempt_json(const AttemptRecord& record) {
  std::string known;
  if (!record.upstream_id.empty()) known += R"("id":)" + json_string(record.upstream_id) + ',';
  if (record.first_byte_us != AttemptRecord::unset_us) {
    known += R"("latency":)" + ms_or_null(record.first_byte_us) + ',';
  }
  return fmt::format(
      R"({{"status":{},"provider_name":{},{}"model_permaslug":{},"is_byok":{},"outcome":{}}})",
      record.status == 0 ? "null" : std::to_string(record.status), json_string(served_by(record)),
      known, json_string(record.model), flag(record.has(ledger::byok)),
      json_string(record.outcome));
}

std::string attempts_json(const std::vector<AttemptRecord>& attempts) {
  std::string rows;
  for (const auto& attempt : attempts) {
    if (!rows.empty()) rows += ',';
    rows += attempt_json(attempt);
  }
  return "[" + rows + "]";
}

std::string tokens_json(const AttemptRecord& record) {
  const auto count = [&](std::int64_t tokens) {
    return record.has(ledger::counted) ? std::to_string(tokens) : std::string("null");
  };
  return fmt::format(
      R"("tokens_prompt":{0},"tokens_completion":{1},"native_tokens_prompt":{0},)"
      R"("native_tokens_completion":{1},"native_tokens_completion_images":{2},)"
      R"("native_tokens_reasoning":{3},"native_tokens_cached":{4},"num_search_results":{5},)"
      R"("num_media_prompt":null,"num_input_audio_prompt":null,"num_media_completion":null,)"
      R"("num_fetches":null,"web_search_engine":null)",
      count(record.counts.input), count(record.counts.output), count(record.counts.output_image),
      count(record.counts.reasoning), count(record.counts.cache_read),
      count(record.counts.web_searches));
}

std::string generation_time(const AttemptRecord& record) {
  const bool known =
      record.total_us != AttemptRecord::unset_us && record.first_byte_us != AttemptRecord::unset_us;
  return known ? std::to_string((record.total_us - record.first_byte_us) / 1000) : "null";
}

// Of all attempts whose cost is known.
Money known_cost(const ledger::RequestReport& report) {
  Money sum;
  for (const auto& attempt : report.attempts) {
    if (const auto charged = attempt.charged()) sum.nanodollars += charged->nanodollars;
  }
  return sum;
}

// Of two that were under way at once the first may have been the last to end.
const AttemptRecord& last_of(const ledger::RequestReport& report) {
  const auto found = std::ranges::find_if(
      report.attempts, [](const AttemptRecord& record) { return record.has(ledger::last); });
  return found == report.attempts.end() ? report.attempts.back() : *found;
}

}  // namespace

std::string generation_json(const ledger::RequestReport& report) {
  const AttemptRecord& last = last_of(report);
  const std::string id =
      last.upstream_id.empty() ? json_string(report.id) : json_string(last.upstream_id);
  const auto model = last.served_model.empty() ? last.model : last.served_model;
  const std::string cost = known_cost(report).to_string();
  return fmt::format(
      R"({{"data":{{"id":{},"request_id":{},"upstream_id":{},"created_at":"{}","model":{},)"
      R"("api_type":"{}","provider_name":{},"streamed":{},"cancelled":{},"finish_reason":{},)"
      R"("native_finish_reason":{},"total_cost":{},"usage":{},"cost_known":{},)"
      R"("upstream_inference_cost":{},)"
      R"("computed_cost":{},"estimated":{},"cache_discount":null,"is_byok":{},"latency":{},)"
      R"("generation_time":{},"moderation_latency":null,{},"provider_responses":{},)"
      R"("app_id":null,"service_tier":{},"origin":"","external_user":null,"preset_id":null,)"
      R"("router":null,"user_agent":null,"http_referer":null,"data_region":"global",)"
      R"("workspace_id":null,"session_id":null,"response_cache_source_id":null}}}})",
      id, json_string(report.id), text_or_null(last.upstream_id),
      moment(report.attempts.front().at_ms), json_string(model), api_type(last.route),
      json_string(served_by(last)), flag(last.has(ledger::streamed)),
      flag(last.has(ledger::cancelled)), text_or_null(last.finish_reason),
      text_or_null(last.finish_reason), cost, cost, flag(report.cost.has_value()),
      last.has(ledger::byok) ? dollars(last.computed) : "null", dollars(last.computed),
      flag(last.has(ledger::estimated)), flag(last.has(ledger::byok)),
      ms_or_null(last.first_byte_us), generation_time(last), tokens_json(last),
      attempts_json(report.attempts), tier_or_null(last.pricing.tier));
}

std::string activity_json(const std::vector<ledger::UsageRow>& rows) {
  std::string all;
  for (const auto& row : rows) {
    const auto& provider = row.served_by.empty() ? row.provider : row.served_by;
    if (!all.empty()) all += ',';
    all += fmt::format(
        R"({{"date":"{}","model":{},"model_permaslug":{},"endpoint_id":{},"provider_name":{},)"
        R"("requests":{},"prompt_tokens":{},"completion_tokens":{},"reasoning_tokens":{},)"
        R"("usage":{},"byok_usage_inference":{},"unknown_cost_requests":{}}})",
        date(row.time), json_string(row.model), json_string(row.model),
        json_string(row.provider + "/" + row.model), json_string(provider), row.requests, row.input,
        row.output, row.reasoning, row.charged.to_string(), row.byok.to_string(), row.unknown);
  }
  return R"({"data":[)" + all + "]}";
}

std::string credits_json(Money used) {
  return fmt::format(R"({{"data":{{"total_credits":{0},"total_usage":{0}}}}})", used.to_string());
}

Result<Spent> spent(ledger::Reports& reports, const std::optional<std::string>& key,
                    std::chrono::system_clock::time_point now) {
  const std::chrono::sys_days today{std::chrono::floor<std::chrono::days>(now)};
  const std::chrono::year_month_day calendar{today};
  const auto monday = today - (std::chrono::weekday{today} - std::chrono::Monday);
  const std::chrono::sys_days first{calendar.year() / calendar.month() / 1};
  const auto number = [](std::chrono::sys_days day) { return day.time_since_epoch().count(); };
  const auto spending = reports.spending(
      {.from = number(std::min(first, monday)), .until = number(today) + 1, .key = key});
  if (!spending) return std::unexpected(spending.error());
  Spent spent;
  spent.ever = spending->charged;
  spent.byok_ever = spending->byok;
  const auto add = [](Money& to, Money amount) { to.nanodollars += amount.nanodollars; };
  for (const auto& row : spending->days) {
    if (row.day >= number(first)) add(spent.month, row.charged), add(spent.byok_month, row.byok);
    if (row.day >= number(monday)) add(spent.week, row.charged), add(spent.byok_week, row.byok);
    if (row.day >= number(today)) add(spent.day, row.charged), add(spent.byok_day, row.byok);
  }
  return spent;
}

}  // namespace tollway::gateway
