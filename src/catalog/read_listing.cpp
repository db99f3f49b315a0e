#include <boost/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "catalog/listing.hpp"
#include "catalog/names.hpp"
#include "catalog/rows.hpp"
#include "providers/model_list.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;

constexpr std::size_t list_depth_max = 32;

Listing empty_listing(const providers::Description& description, std::int64_t as_of) {
  Listing listing;
  listing.provider = description.key;
  listing.provider_name = description.name;
  listing.as_of = as_of;
  listing.source = description.local ? PriceSource::local : PriceSource::provider_list;
  return listing;
}

const json::array* rows_of(const json::value& document) {
  const auto* object = document.if_object();
  const auto* data = object == nullptr ? nullptr : object->if_contains("data");
  return data == nullptr ? nullptr : data->if_array();
}

// All members but the rows and what depends on which rows are shown.
std::string envelope_of(const json::object& document) {
  json::object rest;
  for (const auto& [name, value] : document) {
    if (name != "data" && name != "total_count" && name != "links") rest.emplace(name, value);
  }
  if (rest.empty()) return {};
  const std::string text = json::serialize(rest);
  return text.substr(1, text.size() - 2);
}

void read_rows(const json::array& rows, Listing& listing) {
  std::unordered_set<std::string> seen;
  for (const auto& value : rows) {
    if (listing.models.size() == providers::listed_models_max) break;
    const auto* row = value.if_object();
    if (row == nullptr) continue;
    auto model = read_row(*row);
    if (!model || !seen.insert(model->id).second) continue;
    model->prices.source = listing.source;
    model->prices.as_of = listing.as_of;
    listing.models.push_back(std::move(*model));
  }
}

// What only the catalogue asks for: further names, and until when there is the model. Vendors who
// tell of them have their rows in "data" (Mistral) or "models" (xAI).
void read_names_and_ends(const json::value& document, Listing& listing) {
  const auto* const object = document.if_object();
  const auto* rows = object == nullptr ? nullptr : object->if_contains("data");
  if (rows == nullptr && object != nullptr) rows = object->if_contains("models");
  const auto* const list = rows == nullptr ? nullptr : rows->if_array();
  if (list == nullptr) return;
  std::unordered_map<std::string_view, const json::object*> by_id;
  for (const auto& one : *list) {
    const auto* const row = one.if_object();
    const auto* const id = row == nullptr ? nullptr : row->if_contains("id");
    if (id != nullptr && id->is_string()) by_id.emplace(id->get_string(), row);
  }
  for (Model& model : listing.models) {
    const auto found = by_id.find(model.id);
    if (found == by_id.end()) continue;
    model.aliases = row_texts(*found->second, "aliases");
    std::erase(model.aliases, model.id);
    model.expires = read_date(row_text(*found->second, "deprecation"));
  }
}

void take_price(const std::optional<std::string>& dollars, PriceKey key, Prices& prices) {
  constexpr int dollars_to_femto = 15;
  if (!dollars) return;
  if (const auto amount = parse_decimal(*dollars, dollars_to_femto)) {
    if (*amount >= 0) prices[key] = *amount;
  }
}

// What is stated beyond `prices` needs a row: prices of long prompts and of times of day.
void take_pricing(const Listing& listing, const std::string& pricing, Model& model) {
  json::error_code failed;
  const json::value stated = pricing.empty() ? json::value() : json::parse(pricing, failed);
  if (failed || !stated.is_object()) return;
  model.prices = prices_in(stated.get_object());
  const auto* overrides = stated.get_object().if_contains("overrides");
  if (overrides == nullptr || !overrides->is_array()) return;
  Model named = model;
  if (!model.id.contains('/')) {
    named.id = std::string(author_of_provider(listing.provider)) + "/" + model.id;
  }
  named.canonical_slug = named.id;
  auto row = write_row(named);
  row["pricing"].as_object()["overrides"] = *overrides;
  model.row = json::serialize(row);
}

}  // namespace

std::string list_path(const providers::Description& description) {
  return description.key == openrouter_key ? description.models.path + "?output_modalities=all"
                                           : description.models.path;
}

Listing listing_of(const providers::Description& description, const std::vector<ModelInfo>& models,
                   std::int64_t as_of) {
  Listing listing = empty_listing(description, as_of);
  for (const auto& info : models) {
    Model model;
    model.id = info.id;
    model.name = info.name;
    model.created = info.created.value_or(0);
    model.context_length = info.context_length;
    model.max_output_tokens = info.max_output_tokens;
    model.input_modalities = info.input_modalities;
    model.output_modalities = info.output_modalities;
    model.supported_parameters = info.supported_parameters;
    take_pricing(listing, info.pricing_json, model);
    take_price(info.prompt_price, PriceKey::prompt, model.prices);
    take_price(info.completion_price, PriceKey::completion, model.prices);
    if (description.local && !model.prices.known()) {
      model.prices[PriceKey::prompt] = 0;
      model.prices[PriceKey::completion] = 0;
    }
    if (model.prices.known()) {
      model.prices.source = listing.source;
      model.prices.as_of = as_of;
    }
    listing.models.push_back(std::move(model));
  }
  return listing;
}

Result<Listing> read_listing(const providers::Description& description, std::string_view body,
                             std::int64_t as_of) {
  if (body.size() > providers::model_list_bytes_max) {
    return upstream_error(Errc::upstream_invalid, description.name + ": a list over 16 MiB");
  }
  json::error_code failed;
  json::parse_options options;
  options.max_depth = list_depth_max;
  // In large pieces, which go back to the system at the end.
  json::monotonic_resource memory(std::size_t{1} << 20);
  const json::value document = json::parse({body.data(), body.size()}, failed, &memory, options);
  const auto* rows = failed ? nullptr : rows_of(document);
  const bool in_rows = rows != nullptr && !rows->empty() && rows->front().is_object() &&
                       is_openrouter_row(rows->front().get_object());
  if (!in_rows) {
    const auto models = providers::read_model_list(description, body);
    if (!models) return std::unexpected(models.error());
    Listing listing = listing_of(description, *models, as_of);
    read_names_and_ends(document, listing);
    return listing;
  }
  Listing listing = empty_listing(description, as_of);
  listing.source = PriceSource::provider_list;
  listing.slugs = true;
  listing.envelope = envelope_of(document.get_object());
  read_rows(*rows, listing);
  return listing;
}

}  // namespace tollway::catalog
