#include "dialects/usage/cost_splice.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "dialects/json_reader.hpp"

namespace tollway::dialects {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::SUCCESS;

constexpr std::size_t kept_capacity_max = 256 * 1024;

// The usage object's own text in `json`, which is padded; empty where there is none. The reader of
// whole documents does not tell where a value stands, this one does.
std::string_view usage_in(const std::string& json, std::string_view owner,
                          ondemand::parser& parser) {
  ondemand::document document;
  ondemand::object object;
  if (parser.iterate(json.data(), json.size(), json.capacity()).get(document) != SUCCESS ||
      document.get_object().get(object) != SUCCESS) {
    return {};
  }
  if (!owner.empty() && object.find_field_unordered(owner).get_object().get(object) != SUCCESS) {
    return {};
  }
  ondemand::object usage;
  std::string_view text;
  if (object.find_field_unordered("usage").get_object().get(usage) != SUCCESS ||
      usage.raw_json().get(text) != SUCCESS) {
    return {};
  }
  return text;
}

bool has(const simdjson::dom::object& object, const char* name) {
  simdjson::dom::element value;
  return object[name].get(value) == SUCCESS;
}

std::string members(const simdjson::dom::object& usage, const CostForm& form, const OwnCost& cost) {
  std::string text = usage.size() == 0 ? "" : ",";
  fmt::format_to(std::back_inserter(text), R"("cost":{})", cost.total.to_string());
  if (!has(usage, "is_byok")) text += R"(,"is_byok":false)";
  if (!has(usage, "cost_details")) {
    fmt::format_to(std::back_inserter(text),
                   R"(,"cost_details":{{"upstream_inference_cost":null,"{}":{},"{}":{}}})",
                   form.prompt, cost.prompt.to_string(), form.completion,
                   cost.completion.to_string());
  }
  return text;
}

}  // namespace

std::optional<Splice> splice_cost(std::string_view json, const CostForm& form,
                                  const OwnCost& cost) {
  thread_local std::string padded;
  thread_local ondemand::parser parser;
  if (parser.capacity() > kept_capacity_max && json.size() <= kept_capacity_max) {
    parser = ondemand::parser();
    padded = std::string();
  }
  padded.reserve(json.size() + simdjson::SIMDJSON_PADDING);
  padded.assign(json);
  const auto text = usage_in(padded, form.owner, parser);
  if (text.empty()) return std::nullopt;
  const auto usage = parse_object(text);
  if (!usage || has(*usage, "cost")) return std::nullopt;
  const auto begin = static_cast<std::size_t>(text.data() - padded.data());
  return Splice{.at = begin + text.rfind('}'), .text = members(*usage, form, cost)};
}

}  // namespace tollway::dialects
