#include "client/alternatives.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/error.hpp"
#include "client/alternative_lists.hpp"
#include "client/pricing_rows.hpp"
#include "dialects/usage/text_of.hpp"

namespace tollway::client {
namespace {

bool are_one_offer(const ChatModelOptions& one, const ChatModelOptions& other) {
  return one.model == other.model && lower(one.provider_key) == lower(other.provider_key);
}

// Strategies see one of an offer's keys, and know it by where it stands.
void put_in_order(std::vector<ChatUpstream>& upstreams) {
  std::vector<ChatUpstream> ordered;
  for (ChatUpstream& upstream : upstreams) {
    auto place = ordered.begin();  // behind its stage, or behind another key of its offer
    for (auto next = ordered.begin(); next != ordered.end(); ++next) {
      if (next->stage > upstream.stage) break;
      place = std::next(next);
      const bool same_stage = next->stage == upstream.stage;
      const bool ends = place == ordered.end() || place->stage != next->stage ||
                        !are_one_offer(place->facts->options, next->facts->options);
      if (same_stage && ends && are_one_offer(next->facts->options, upstream.facts->options)) break;
    }
    ordered.insert(place, std::move(upstream));
  }
  upstreams = std::move(ordered);
}

dispatch::Target target_of(const ChatUpstream& upstream, const AlternativeLists& lists) {
  const auto& [standings, provider, key_name] = upstream.key;
  return {.endpoint = lists.endpoint_of(upstream.facts->options),
          .upstream = nullptr,
          .standing = &standings->endpoint(provider, key_name, upstream.facts->options.model),
          .model = {}};
}

// What cannot be read says nothing, as for the gateway.
void note_members(std::string_view json, std::string_view left_out, dispatch::Wishes& wishes) {
  constexpr std::uint64_t bytes_a_token = 4;
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const simdjson::padded_string padded(json);
  if (parser.parse(padded).get(object) != simdjson::SUCCESS) return;
  for (const auto [name, value] : object) {
    if (name != left_out) dispatch::note_wish(name, value, wishes);
  }
  wishes.ask.prompt_tokens +=
      static_cast<std::int64_t>(dialects::prompt_text(object).text.bytes / bytes_a_token);
}

}  // namespace

std::shared_ptr<const Alternatives> make_alternatives(std::vector<ChatUpstream>& upstreams,
                                                      const routing::Strategy* strategy) {
  put_in_order(upstreams);
  const AlternativeLists lists(upstreams);
  auto made = std::make_shared<Alternatives>();
  made->strategy = strategy;
  for (auto next = upstreams.begin(); next != upstreams.end();) {
    auto model = std::make_shared<dispatch::ModelTargets>();
    model->model = next->facts->options.model;
    model->known = true;
    for (const auto stage = next->stage; next != upstreams.end() && next->stage == stage; ++next) {
      const bool first = model->targets.empty();
      model->targets.push_back(target_of(*next, lists));
      model->targets.back().endpoint.another_key =
          !first && are_one_offer(std::prev(next)->facts->options, next->facts->options);
    }
    made->models.push_back(std::move(model));
  }
  return made;
}

Result<const routing::Strategy*> strategy_called(std::string_view name) {
  if (const auto* const strategy = routing::strategy_named(name)) return strategy;
  std::string names;
  for (const auto* strategy : routing::strategies::all()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", strategy->name);
  }
  return client_error(Errc::bad_request,
                      fmt::format("expected a strategy out of {}, came {:?}", names, name));
}

Decision::Decision(std::shared_ptr<const Alternatives> alternatives,
                   const ChatModelOptions& options, const ChatRequest& request,
                   std::string_view body, const routing::Strategy* strategy)
    : alternatives_(std::move(alternatives)) {
  // Which nobody may have asked for: a model that refuses one is asked without it.
  const bool by_default = options.temperature_is_default && !request.temperature;
  note_members(body, by_default ? "temperature" : "", wishes_);
  // What only OpenRouter understands need not be in the first one's body.
  if (!request.extra_json.empty()) note_members(request.extra_json, "", wishes_);
  wishes_.ask.strategy = strategy;
}

Result<> Decision::decide(routing::Router& router, const routing::Affinity& affinity,
                          routing::TimePoint now) {
  auto gathered = gathered_.gather(alternatives_->models, wishes_.preferences, wishes_.ask, now);
  if (!gathered) return gathered;
  memory_.mark({.conversation = wishes_.conversation,
                .model = gathered_.name(),
                .strategy = wishes_.ask.strategy,
                .prompt_tokens = wishes_.ask.prompt_tokens},
               affinity, gathered_.all(), now);
  gathered_.decide(router);
  if (!gathered_.places().empty()) return {};
  return std::unexpected(gathered_.nobody_is_left());
}

void Decision::served(std::size_t candidate, const Usage& usage, routing::Affinity& affinity,
                      routing::TimePoint now) const {
  memory_.served(gathered_.all()[candidate],
                 {.prompt_tokens = usage.prompt_tokens.value_or(0),
                  .read = usage.cached_tokens.value_or(0),
                  .written = usage.cache_write_tokens.value_or(0)},
                 affinity, now);
}

}  // namespace tollway::client
