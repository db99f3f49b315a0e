#include "provider_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "client/http_call.hpp"
#include "client/provider_access.hpp"
#include "installation.hpp"

namespace tollway {
namespace {

Result<catalog::KeptList> ask(const providers::Description& description,
                              const client::ProviderAccess& access, const std::string& path) {
  auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(runtime.error());
  client::HttpCall call;
  call.origin = access.base_url.url.origin;
  call.target = access.base_url.target(path);
  call.authentication = client::authentication_of(description, access.key, true);
  call.headers = client::headers_of(description);
  call.addresses = access.addresses;
  call.answer_bytes_max = catalog::Store::list_bytes_max;
  auto answer = client::http_call(**runtime, std::move(call));
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) {
    return upstream_error(
        Errc::upstream_error,
        fmt::format("{} answered {} when asked for its models", description.name, answer->status));
  }
  catalog::KeptList list{
      .fetched_at = seconds_now(),
      .etag = std::string(answer->head.find("etag").value_or(std::string_view())),
      .body = std::move(answer->body)};
  const auto readable = catalog::read_listing(description, list.body, list.fetched_at);
  if (!readable) return std::unexpected(readable.error());
  return list;
}

// Dollars a token as the provider's list has it.
std::optional<std::string> price_text(const catalog::Prices& prices, catalog::PriceKey key) {
  constexpr int femtodollar_places = 15;
  if (prices.dynamic) return "-1";
  const auto& price = prices[key];
  if (!price) return std::nullopt;
  return format_decimal(*price, femtodollar_places);
}

}  // namespace

providers::DescriptionPointer description_of(const std::shared_ptr<const Provider>& provider) {
  return {provider, ProviderMaker::description_of(*provider)};
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<catalog::KeptList> fetch_list(const std::shared_ptr<const Provider>& provider,
                                     const SettingsSnapshot& settings) {
  const auto description = description_of(provider);
  if (description == nullptr) {
    return internal_error(provider->info().provider_name + " has no list to ask for");
  }
  const auto facts = ProviderMaker::facts(description);
  const auto access = client::access_of(*facts, settings, description->models.needs_key);
  if (!access) return std::unexpected(access.error());
  auto list = ask(*description, *access, catalog::list_path(*description));
  // Servers in OpenRouter's place need not know its parameters.
  if (!list && list.error().source == Source::upstream &&
      list.error().code >= Errc::upstream_invalid) {
    list = ask(*description, *access, description->models.path);
  }
  return list;
}

std::optional<catalog::Listing> kept_listing(const std::shared_ptr<const Provider>& provider,
                                             const catalog::Store& store) {
  const auto description = description_of(provider);
  if (description == nullptr) return std::nullopt;
  const auto kept = store.read_list(description->key);
  if (!kept) return std::nullopt;
  auto listing = catalog::read_listing(*description, kept->body, kept->fetched_at);
  if (!listing) return std::nullopt;
  return std::move(*listing);
}

std::optional<catalog::Listing> known_listing(const std::shared_ptr<const Provider>& provider,
                                              const catalog::Store& store) {
  if (auto kept = kept_listing(provider, store)) return kept;
  if (lower_key(provider->info().provider_key) == "openrouter") return catalog::built_in_listing();
  return std::nullopt;
}

std::vector<ModelInfo> models_of(const catalog::Listing& listing, const Provider& provider) {
  // OpenRouter's whole list is kept, of which it shows what gives text unless it is asked for more.
  const bool text_only = listing.provider == "openrouter";
  std::vector<ModelInfo> models;
  for (const auto& model : listing.models) {
    const auto& outputs = model.output_modalities;
    const bool gives_text = outputs.empty() || std::ranges::find(outputs, "text") != outputs.end();
    if (text_only && !gives_text) continue;
    ModelInfo info{.id = model.id,
                   .name = model.name.empty() ? model.id : model.name,
                   .provider = provider.info().provider_key,
                   .context_length = model.context_length,
                   .max_output_tokens = model.max_output_tokens,
                   .prompt_price = price_text(model.prices, catalog::PriceKey::prompt),
                   .completion_price = price_text(model.prices, catalog::PriceKey::completion),
                   .pricing_json = {},
                   .input_modalities = model.input_modalities,
                   .output_modalities = model.output_modalities,
                   .supported_parameters = model.supported_parameters,
                   .created = {},
                   .loaded = {}};
    if (model.created > 0) info.created = model.created;
    models.push_back(std::move(info));
  }
  return models;
}

}  // namespace tollway
