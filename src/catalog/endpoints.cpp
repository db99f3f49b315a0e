#include "catalog/endpoints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "catalog/listing.hpp"
#include "catalog/rows.hpp"
#include "catalog/seconds.hpp"
#include "dialects/json_reader.hpp"
#include "dialects/request_edit.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<std::int64_t>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value or_null(const std::optional<double>& value) {
  return value ? json::value(*value) : json::value(nullptr);
}

json::value or_null(const std::optional<Measured::Percentiles>& of) {
  if (!of) return nullptr;
  return json::object{{"p50", (*of)[0]}, {"p75", (*of)[1]}, {"p90", (*of)[2]}, {"p99", (*of)[3]}};
}

json::object endpoint_of(const Model& model, const Offer& offer, const Measured& measured) {
  const auto& stated = offer.supported_parameters;
  json::array parameters;
  for (const auto& one : stated.empty() ? model.supported_parameters : stated) {
    parameters.emplace_back(one);
  }
  // OpenRouter's SDK insists on it, though its document does not name it.
  const bool chooses = std::ranges::any_of(
      parameters, [](const json::value& one) { return one == json::value("tool_choice"); });
  json::object tool_choice;
  for (const char* mode : {"auto", "function", "none", "required"}) tool_choice[mode] = chooses;
  const auto context = offer.context_length ? offer.context_length : model.context_length;
  const auto output = offer.max_output_tokens ? offer.max_output_tokens : model.max_output_tokens;
  return {{"name", fmt::format("{} | {}", offer.provider_name, model.id)},
          {"model_id", model.canonical_slug},
          {"model_name", model.name},
          {"context_length", context.value_or(0)},
          {"pricing", pricing_of(offer.known_prices().at(time_of_day(seconds_now())))},
          {"provider_name", offer.provider_name},
          {"tag", offer.provider},
          {"quantization", nullptr},
          {"max_completion_tokens", or_null(output)},
          {"max_prompt_tokens", nullptr},
          {"supported_parameters", std::move(parameters)},
          {"status", 0},
          {"uptime_last_30m", or_null(measured.uptime_last_30m)},
          {"uptime_last_5m", or_null(measured.uptime_last_5m)},
          {"uptime_last_1d", or_null(measured.uptime_last_1d)},
          {"supports_implicit_caching", false},
          {"supports_tool_choice", std::move(tool_choice)},
          {"supports_voice_cloning", false},
          {"latency_last_30m", or_null(measured.latency_ms)},
          {"throughput_last_30m", or_null(measured.tokens_a_second)}};
}

// Of the row, so that what OpenRouter says is passed on as it is.
json::value architecture_in(const Model& model) {
  json::error_code failed;
  const auto row = json::parse(model.row, failed);
  const auto* architecture = failed ? nullptr : row.find_pointer("/architecture", failed);
  return architecture == nullptr ? json::value(architecture_of(model)) : *architecture;
}

std::string description_in(const Model& model) {
  json::error_code failed;
  const auto row = json::parse(model.row, failed);
  const auto* text = failed ? nullptr : row.find_pointer("/description", failed);
  return text == nullptr || !text->is_string() ? std::string() : std::string(text->get_string());
}

}  // namespace

std::string endpoints_answer(const Model& model, const Measure& measure) {
  json::array endpoints;
  for (const Offer& offer : model.offers)
    endpoints.push_back(endpoint_of(model, offer, measure(offer)));
  return json::serialize(
      json::object{{"data", json::object{{"id", model.id},
                                         {"name", model.name},
                                         {"created", model.created},
                                         {"description", description_in(model)},
                                         {"architecture", architecture_in(model)},
                                         {"endpoints", std::move(endpoints)}}}});
}

std::string endpoints_answer(const Model& model, const Measure& measure,
                             std::string_view openrouters) {
  std::string others;
  for (const Offer& offer : model.offers) {
    if (offer.provider == openrouter_key) continue;
    if (!others.empty()) others += ',';
    others += json::serialize(endpoint_of(model, offer, measure(offer)));
  }
  const auto data = dialects::member_text(openrouters, "data").value_or("{}");
  const auto list = dialects::member_text(data, "endpoints").value_or("[]");
  std::string out(openrouters);
  if (others.empty()) return out;
  const auto end = static_cast<std::size_t>(list.data() + list.size() - 1 - openrouters.data());
  const bool empty = list.find_first_not_of(" \t\r\n", 1) == list.size() - 1;
  return out.insert(end, empty ? others : "," + others);
}

Result<> check_endpoints(std::string_view body) {
  const auto object = dialects::parse_object(body);
  simdjson::dom::array endpoints;
  if (object && (*object)["data"]["endpoints"].get(endpoints) == simdjson::SUCCESS) return {};
  return upstream_error(Errc::upstream_invalid, "the answer is no list of endpoints");
}

}  // namespace tollway::catalog
