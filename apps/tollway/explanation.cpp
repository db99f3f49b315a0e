#include "explanation.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "catalog/store.hpp"
#include "client/provider_upstream.hpp"
#include "client/routing_options.hpp"
#include "dispatch/endpoints.hpp"
#include "gateway/request_reader.hpp"
#include "net/read_buffer.hpp"
#include "provider_list.hpp"
#include "routing/course.hpp"
#include "routing/decide.hpp"
#include "routing/explain.hpp"
#include "routing/standing.hpp"
#include "settings/routing_settings.hpp"
#include "upstreams.hpp"

namespace tollway {
namespace {

namespace json = boost::json;

constexpr std::string_view short_question = R"({"messages":[{"role":"user","content":"Hello"}]})";
constexpr std::int64_t output_tokens_usual = 512;  // as the gateway expects of one that says none

Result<gateway::BodyFacts> read_body(std::string_view body) {
  std::string readable(body.empty() ? short_question : body);
  readable.reserve(readable.size() + net::ReadBuffer::slack_bytes);
  return gateway::read_request(readable);
}

catalog::CataloguePointer known_models(const Installation& installation,
                                       const dispatch::Upstreams& upstreams) {
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  std::vector<catalog::Listing> listings;
  std::string_view before;
  for (const auto& upstream : upstreams.all) {
    const std::string_view key = upstream.provider->key();
    if (std::exchange(before, key) == key) continue;  // another of its keys
    const auto provider = installation.provider(key);
    if (!provider) continue;
    if (auto listing = known_listing(*provider, store)) listings.push_back(std::move(*listing));
  }
  return std::make_shared<const catalog::Catalogue>(listings);
}

// What the gateway gathers of a request's models before it decides.
class Gathered {
 public:
  Gathered(dispatch::Endpoints& endpoints, std::string_view route, routing::TimePoint now)
      : endpoints_(endpoints), route_(route), now_(now) {}

  [[nodiscard]] Result<> add(std::string_view name, routing::Ask& ask,
                             const routing::AnyModel& any_model) {
    auto targets = endpoints_.of(name, route_, now_);
    if (models_.empty()) ask.variants = targets->variants;
    if (targets->any) {
      auto found = endpoints_.of_any(*targets, route_, ask, any_model, now_);
      if (!found) return std::unexpected(std::move(found.error()));
      targets = std::move(*found);
      if (ask.strategy == routing::strategy_named("price_weighted")) {
        ask.strategy = routing::strategy_named("balanced");
      }
    }
    models_.push_back(std::move(targets));
    const auto index = static_cast<std::uint32_t>(models_.size() - 1);
    for (const dispatch::Target& target : models_.back()->targets) {
      candidates_.push_back({.endpoint = &target.endpoint,
                             .standing = target.standing,
                             .model = index,
                             .figures = target.standing->health.figures(now_)});
    }
    return {};
  }
  [[nodiscard]] std::span<const routing::Candidate> candidates() const { return candidates_; }

 private:
  dispatch::Endpoints& endpoints_;
  std::string_view route_;
  routing::TimePoint now_;
  std::vector<dispatch::ModelTargetsPointer> models_;
  std::vector<routing::Candidate> candidates_;
};

Result<routing::Ask> ask_of(const gateway::BodyFacts& facts,
                            const settings::RoutingSettings& settings) {
  routing::Ask ask = facts.wishes.ask;
  ask.output_tokens = std::min(ask.max_tokens.value_or(output_tokens_usual), output_tokens_usual);
  ask.strategy = routing::strategy_named(settings.strategy);
  if (facts.wishes.preferences.empty()) return ask;
  auto read = routing::read_preferences(facts.wishes.preferences);
  if (!read) return std::unexpected(std::move(read.error()));
  ask.preferences = std::move(*read);
  return ask;
}

}  // namespace

Result<json::object> explanation(const Installation& installation, const Explained& asked) {
  const auto facts = read_body(asked.body);
  if (!facts) return std::unexpected(facts.error());
  const auto settings = settings::routing_settings_from(installation.snapshot);
  auto ask = ask_of(*facts, settings);
  if (!ask) return std::unexpected(std::move(ask.error()));
  const auto provider = installation.provider({});
  if (!provider) return std::unexpected(provider.error());
  auto first = client::upstream_of(**provider, installation.snapshot);
  if (!first) return std::unexpected(std::move(first.error()));

  const auto now = std::chrono::steady_clock::now();
  dispatch::Standings standings(breaker_options(settings));
  const auto upstreams = make_upstreams(
      installation, std::make_shared<const providers::OpenAICompatibleProvider>(std::move(*first)),
      standings);
  auto lists = known_models(installation, *upstreams);
  dispatch::Endpoints endpoints(upstreams, standings, [&lists] { return lists; });
  Gathered gathered(endpoints, asked.route, now);
  std::string model = asked.model.empty() ? facts->model : asked.model;
  const auto& others = facts->wishes.models;
  if (model.empty() && others.empty()) model = upstreams->all.front().provider->default_model();
  std::vector<std::string_view> names;
  if (!model.empty()) names.emplace_back(model);
  for (const auto& other : others) {
    if (other != model) names.emplace_back(other);
  }
  for (const auto name : names) {
    if (auto added = gathered.add(name, *ask, facts->wishes.any_model); !added) {
      return std::unexpected(std::move(added.error()));
    }
  }
  routing::Decision decision;
  routing::Router router(std::random_device{}());
  router.decide(gathered.candidates(), *ask, routing::Course::candidates_max, decision);
  json::object document{{"model", model.empty() ? others.front() : model}, {"route", asked.route}};
  const auto reasons =
      json::parse(routing::explain(gathered.candidates(), *ask, decision, now)).as_object();
  for (const auto& [name, value] : reasons) document.insert_or_assign(name, value);
  return document;
}

}  // namespace tollway
