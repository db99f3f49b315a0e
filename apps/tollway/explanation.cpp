#include "explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "catalog/store.hpp"
#include "client/pricing_rows.hpp"
#include "client/routing_options.hpp"
#include "dispatch/gathered.hpp"
#include "gateway/request_reader.hpp"
#include "gateway/route.hpp"
#include "gateway_call.hpp"
#include "net/read_buffer.hpp"
#include "settings/routing_settings.hpp"
#include "upstream_choice.hpp"
#include "upstreams.hpp"

namespace tollway {
namespace {

namespace json = boost::json;

constexpr std::string_view short_question = R"({"messages":[{"role":"user","content":"Hello"}]})";

Result<gateway::BodyFacts> read_body(std::string_view body) {
  std::string readable(body.empty() ? short_question : body);
  readable.reserve(readable.size() + net::ReadBuffer::slack_bytes);
  return gateway::read_request(readable);
}

// As the gateway knows them when it starts.
catalog::CataloguePointer known_models(const Installation& installation,
                                       const dispatch::Upstreams& upstreams) {
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  std::vector<catalog::Listing> listings;
  for (const auto* source : sources_of(upstreams)) {
    const auto& description = *source->description();
    const auto kept = store.read_list(description.key);
    auto listing = kept ? catalog::read_listing(description, kept->body, kept->fetched_at)
                        : internal_error("it was never asked");
    if (listing) {
      listings.push_back(std::move(*listing));
    } else if (description.key == catalog::openrouter_key) {
      listings.push_back(catalog::read_built_in_listing());
    }
  }
  return std::make_shared<const catalog::Catalogue>(listings);
}

// As the gateway does with a body that names none.
bool takes_the_default_model(std::string_view route) {
  return std::ranges::any_of(gateway::routes::all(), [route](const gateway::Route* known) {
    return known->path == route && known->chat;
  });
}

}  // namespace

Result<json::object> explanation(const Installation& installation, const Explained& asked) {
  auto facts = read_body(asked.body);
  if (!facts) return std::unexpected(facts.error());
  if (auto checked = dispatch::check_fallbacks(facts->wishes, asked.route); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  UpstreamChoice choice;
  auto first = choice.make(installation);
  if (!first) return std::unexpected(std::move(first.error()));
  auto overrides = client::read_overrides(installation.snapshot);
  if (!overrides) return std::unexpected(std::move(overrides.error()));

  const auto now = std::chrono::steady_clock::now();
  const auto settings = settings::routing_settings_from(installation.snapshot);
  dispatch::Standings standings(breaker_options(settings));
  const auto upstreams = make_upstreams(
      installation, std::make_shared<const providers::OpenAICompatibleProvider>(std::move(*first)),
      standings);
  dispatch::Endpoints endpoints(upstreams, standings,
                                [lists = known_models(installation, *upstreams)] { return lists; });
  endpoints.use(std::move(*overrides));

  auto& wishes = facts->wishes;
  std::string model = asked.model.empty() ? facts->model : asked.model;
  if (model.empty() && wishes.models.empty() && takes_the_default_model(asked.route)) {
    model = upstreams->all.front().provider->default_model();
  }
  wishes.ask.strategy =
      routing::strategy_named(asked.strategy.empty() ? settings.strategy : asked.strategy);
  dispatch::Gathered gathered;
  auto added = gathered.gather({.model = model,
                                .models = wishes.models,
                                .route = asked.route,
                                .preferences = wishes.preferences,
                                .any_model = wishes.any_model,
                                .any_model_beta = &wishes.any_model_beta},
                               wishes.ask, endpoints, now);
  if (!added) return std::unexpected(std::move(added.error()));
  routing::Router router(std::random_device{}());
  gathered.decide(router);
  json::object document{{"model", gathered.name()}, {"route", asked.route}};
  const auto reasons = json::parse(gathered.explained(now)).as_object();
  for (const auto& [name, value] : reasons) document.insert_or_assign(name, value);
  return document;
}

Result<json::object> explanation_by(const std::string& url, const Explained& asked) {
  std::string body(asked.body.empty() ? short_question : asked.body);
  if (!asked.model.empty()) {
    json::error_code failed;
    auto document = json::parse(body, failed);
    if (failed || !document.is_object()) {
      return client_error(Errc::bad_request, "expected the request's body to be a JSON object");
    }
    document.get_object()["model"] = asked.model;
    body = json::serialize(document);
  }
  auto document = ask_gateway(
      {.url = url, .path = fmt::format("/api/v1/explain?route={}", asked.route), .body = body});
  if (!document) return document;
  const auto* const candidates = document->if_contains("candidates");
  if (candidates == nullptr || !candidates->is_array()) {
    return std::unexpected(no_gateway(url, 200));
  }
  return document;
}

}  // namespace tollway
