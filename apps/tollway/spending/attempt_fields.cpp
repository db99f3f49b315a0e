#include "spending/attempt_fields.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/ids.hpp"
#include "moments.hpp"
#include "terminal/json_value.hpp"

namespace tollway::spending {
namespace {

namespace json = boost::json;
using ledger::AttemptRecord;
using terminal::json_text;

// "2026-11-23T09:06:20.123Z".
std::string moment(std::int64_t unix_ms) {
  using std::chrono::milliseconds;
  std::string text = utc_text(std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::time_point(milliseconds(unix_ms))));
  text.insert(text.size() - 1, fmt::format(".{:03}", ((unix_ms % 1000) + 1000) % 1000));
  return text;
}

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json_text(text);
}

json::value dollars(const std::optional<Money>& amount) {
  return amount ? json::value(amount->to_string()) : json::value(nullptr);
}

json::value microseconds(std::uint32_t us) {
  return us == AttemptRecord::unset_us ? json::value(nullptr) : json::value(us);
}

void add_tokens(json::object& fields, const AttemptRecord& record) {
  const auto& counts = record.counts;
  const bool counted = record.has(ledger::counted);
  const auto add = [&](std::string_view name, std::int64_t count) {
    fields[name] = counted ? json::value(count) : json::value(nullptr);
  };
  add("input_tokens", counts.input);
  add("output_tokens", counts.output);
  add("cache_read_tokens", counts.cache_read);
  add("cache_write_5m_tokens", counts.cache_write_5m);
  add("cache_write_1h_tokens", counts.cache_write_1h);
  add("input_audio_tokens", counts.input_audio);
  add("cache_read_audio_tokens", counts.cache_read_audio);
  add("reasoning_tokens", counts.reasoning);
  add("output_audio_tokens", counts.output_audio);
  add("output_image_tokens", counts.output_image);
  add("input_image_tokens", counts.input_image);
  add("input_video_tokens", counts.input_video);
  add("output_video_tokens", counts.output_video);
  add("input_images", counts.input_image_pieces);
  add("output_images", counts.output_image_pieces);
  add("web_searches", counts.web_searches);
}

}  // namespace

json::object attempt_fields(std::int64_t seq, const AttemptRecord& record) {
  json::object fields{{"seq", seq},
                      {"request", request_id_of(record.request)},
                      {"attempt", static_cast<int>(record.attempt)},
                      {"at", moment(record.at_ms)},
                      {"key", text_or_null(record.key)},
                      {"route", text_or_null(record.route)},
                      {"provider", text_or_null(record.provider)},
                      {"model", text_or_null(record.model)},
                      {"served_model", text_or_null(record.served_model)},
                      {"served_by", text_or_null(record.served_by)},
                      {"upstream_id", text_or_null(record.upstream_id)},
                      {"outcome", text_or_null(record.outcome)},
                      {"finish_reason", text_or_null(record.finish_reason)}};
  fields["status"] = record.status == 0 ? json::value(nullptr) : json::value(record.status);
  for (const auto& [name, flag] :
       {std::pair{"last", ledger::last}, std::pair{"streamed", ledger::streamed},
        std::pair{"cancelled", ledger::cancelled}, std::pair{"estimated", ledger::estimated},
        std::pair{"differs", ledger::differs}, std::pair{"interrupted", ledger::interrupted},
        std::pair{"failed", ledger::failed}, std::pair{"byok", ledger::byok}}) {
    fields[name] = record.has(flag);
  }
  add_tokens(fields, record);
  fields["cost"] = dollars(record.charged());
  fields["billed"] = dollars(record.billed);
  fields["computed"] = dollars(record.computed);
  fields["computed_prompt"] = dollars(record.computed_prompt);
  fields["computed_completion"] = dollars(record.computed_completion);
  const auto& pricing = record.pricing;
  fields["service_tier"] = text_or_null(pricing.tier ? name_of(*pricing.tier) : "");
  fields["price_source"] = text_or_null(name_of(pricing.source));
  fields["price_date"] = text_or_null(
      pricing.day == 0 ? "" : day_text(std::chrono::sys_days(std::chrono::days(pricing.day))));
  fields["connect_us"] = microseconds(record.connect_us);
  fields["first_byte_us"] = microseconds(record.first_byte_us);
  fields["first_token_us"] = microseconds(record.first_token_us);
  fields["total_us"] = microseconds(record.total_us);
  return fields;
}

std::vector<std::string> csv_names() {
  std::vector<std::string> names;
  for (const auto& field : attempt_fields(0, {})) names.emplace_back(field.key());
  return names;
}

std::vector<std::string> csv_fields(const json::object& fields) {
  std::vector<std::string> texts;
  for (const auto& field : fields) {
    const auto& value = field.value();
    texts.push_back(value.is_null()     ? std::string()
                    : value.is_string() ? std::string(value.get_string())
                                        : json::serialize(value));
  }
  return texts;
}

}  // namespace tollway::spending
