// The sheet of data/catalog, made by script/catalogue: what its rows have alike is left out there
// and put back here.
#include <boost/json.hpp>
#include <cassert>
#include <chrono>
#include <span>

#include "base/embedded_file.hpp"
#include "catalog/listing.hpp"
#include "catalog/names.hpp"
#include "catalog/rows.hpp"
#include "pricing/price_sheet.hpp"

namespace tollway::catalog {

// data/catalog/*.json, generated.
std::span<const EmbeddedFile> embedded_sheets();

namespace {

namespace json = boost::json;

json::value or_default(const json::object& compact, std::string_view name,
                       const json::value& otherwise) {
  const auto* value = compact.if_contains({name.data(), name.size()});
  return value == nullptr ? otherwise : *value;
}

std::string modality_of(const json::array& input, const json::array& output) {
  std::string made;
  for (const auto* list : {&input, &output}) {
    if (list == &output) made += "->";
    for (const auto& one : *list) {
      if (!made.empty() && !made.ends_with('>')) made += '+';
      made += one.get_string();
    }
  }
  return made;
}

json::object whole_row(const json::object& compact, const json::array& parameter_sets) {
  const auto& id = compact.at("id").get_string();
  const auto text = json::value(json::array{"text"});
  const auto input = or_default(compact, "in", text);
  const auto output = or_default(compact, "out", text);
  const auto slug = or_default(compact, "slug", id);
  const auto context = or_default(compact, "context", nullptr);
  const auto parameters = static_cast<std::size_t>(compact.at("parameters").get_int64());
  json::object row{
      {"id", id},
      {"canonical_slug", slug},
      {"hugging_face_id", or_default(compact, "hf", nullptr)},
      {"name", compact.at("name")},
      {"created", compact.at("created")},
      {"context_length", context},
      {"architecture",
       json::object{{"modality", modality_of(input.get_array(), output.get_array())},
                    {"input_modalities", input},
                    {"output_modalities", output},
                    {"tokenizer", or_default(compact, "tokenizer", "Other")},
                    {"instruct_type", or_default(compact, "instruct", nullptr)}}},
      {"pricing", compact.at("prices")},
      {"top_provider",
       json::object{{"context_length", context},
                    {"max_completion_tokens", or_default(compact, "output", nullptr)},
                    {"is_moderated", or_default(compact, "moderated", false)}}},
      {"per_request_limits", nullptr},
      {"supported_parameters", parameter_sets.at(parameters)},
      {"default_parameters", nullptr},
      {"supported_voices", nullptr},
      {"knowledge_cutoff", or_default(compact, "cutoff", nullptr)},
      {"expiration_date", or_default(compact, "expires", nullptr)},
      {"links", json::object{{"details",
                              "/api/v1/models/" + std::string(slug.get_string()) + "/endpoints"}}}};
  if (const auto* alias = compact.if_contains("alias")) {
    row["alias_target"] = json::object{{"name", *alias}, {"slug", *alias}};
  }
  return row;
}

std::int64_t day_in(std::string_view date) {
  const auto number = [date](std::size_t at, std::size_t size) {
    return std::stoi(std::string(date.substr(at, size)));
  };
  const std::chrono::sys_days day = std::chrono::year(number(0, 4)) / number(5, 2) / number(8, 2);
  return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count();
}

}  // namespace

// The file is our own, so what is wrong with it is found by the tests, not by users.
Listing read_built_in_listing() {
  // In large pieces, which go back to the system at the end.
  json::monotonic_resource memory(std::size_t{1} << 20);
  const auto parsed = json::parse(embedded_sheets().front().text, &memory);
  const auto& document = parsed.get_object();
  Listing listing;
  listing.provider = document.at("provider").get_string();
  listing.provider_name = document.at("source").get_string();
  listing.as_of = day_in(std::string_view(document.at("date").get_string()));
  listing.source = PriceSource::built_in;
  listing.slugs = true;
  const auto& parameter_sets = document.at("parameter_sets").get_array();
  const auto& models = document.at("models").get_array();
  listing.models.reserve(models.size());
  for (const auto& compact : models) {
    auto model = read_row(whole_row(compact.get_object(), parameter_sets));
    assert(model);
    model->prices.source = listing.source;
    model->prices.as_of = listing.as_of;
    listing.models.push_back(std::move(*model));
  }
  return listing;
}

const Listing& built_in_listing() {
  static const Listing listing = read_built_in_listing();
  return listing;
}

namespace {

// Vendors leave the author out of names, and write "-" where slugs have "."; which of the two this
// one does, its price sheet shows.
std::string vendors_name(std::string_view provider, std::string_view id) {
  const auto bare = bare_name(id);
  const auto found =
      pricing::PriceSheet::built_in().find(pricing::sheet_name(provider), std::string(bare));
  if (!found) return std::string(bare);
  const std::string spelled = folded(found->model->id);
  return undated(spelled) == folded(bare) ? found->model->id : std::string(bare);
}

}  // namespace

Listing assumed_listing(const providers::Description& description) {
  Listing listing;
  listing.provider = description.key;
  listing.provider_name = description.name;
  listing.source = PriceSource::none;
  listing.assumed = true;
  const auto author = author_of_provider(description.key);
  const Listing& sheet = built_in_listing();
  for (const Model& known : sheet.models) {
    if (author_of(known.id) != author || known.id.starts_with('~') || known.id.contains(':')) {
      continue;
    }
    Model model;
    model.id = vendors_name(description.key, known.id);
    model.name = known.name;
    listing.models.push_back(std::move(model));
  }
  listing.as_of = sheet.as_of;
  return listing;
}

}  // namespace tollway::catalog
