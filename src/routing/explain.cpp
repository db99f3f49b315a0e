#include "routing/explain.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <optional>

#include "base/decimal.hpp"
#include "routing/standing.hpp"

namespace tollway::routing {
namespace {

namespace json = boost::json;

constexpr int femtodollars = 15;

json::value text(std::string_view value) {
  return json::string(value);
}

// Rounded, so that a person can read it.
json::value figure(double value) {
  constexpr double thousand = 1000;
  if (!std::isfinite(value) || std::abs(value) >= unknown_score) return nullptr;
  const double rounded = std::round(value * thousand) / thousand;
  constexpr double exact = 1e15;
  if (rounded == std::floor(rounded) && std::abs(rounded) < exact) {
    return static_cast<std::int64_t>(rounded);
  }
  return rounded;
}

json::value percentiles(const Percentiles& figures) {
  if (std::ranges::none_of(figures, measured)) return nullptr;
  return json::object{{"p50", figure(at(figures, Percentile::p50))},
                      {"p75", figure(at(figures, Percentile::p75))},
                      {"p90", figure(at(figures, Percentile::p90))},
                      {"p99", figure(at(figures, Percentile::p99))}};
}

json::value expected(const Ask& ask, const Candidate& candidate) {
  const double cost =
      expected_cost(ask, candidate.endpoint->prices, candidate.cached_prompt_tokens);
  constexpr double most = 0x1p62;  // fits
  if (cost > most) return nullptr;
  return text(format_decimal(std::llround(cost), femtodollars));
}

json::array behind_others_for(const GroupReasons& reasons) {
  json::array made;
  const auto add = [&made](bool applies, std::string_view reason) {
    if (applies) made.push_back(text(reason));
  };
  add(reasons.model > 0, "models");
  add(reasons.listed > 0, "order");
  add(reasons.no_priority, "service_tier");
  add(reasons.misses_cutoff, "cutoff");
  add(reasons.quality == 1, "tools_not_measured");
  add(reasons.quality == 2, "poor_with_tools");
  add(reasons.outage, "outage");
  add(reasons.uptime == 1, "uptime_below_95");
  add(reasons.uptime == 2, "uptime_below_80");
  return made;
}

void add_standing(const Standing& standing, TimePoint now, json::object& row) {
  row["breaker"] = text(name_of(standing.breaker.state(now)));
  if (standing.key != nullptr) row["key_rests"] = standing.key->rests(now);
}

// A decision reads it of some candidates only.
float quota_of(const Candidate& candidate, TimePoint now) {
  return candidate.standing == nullptr ? candidate.figures.quota
                                       : candidate.standing->figures(now).quota;
}

json::object row_of(const Candidate& candidate, const Ask& ask, TimePoint now) {
  const Endpoint& endpoint = *candidate.endpoint;
  const Figures& figures = candidate.figures;
  json::object row{{"provider", text(endpoint.provider)},
                   {"model", text(endpoint.model)},
                   {"tag", text(endpoint.tag)}};
  if (candidate.standing != nullptr && candidate.standing->key != nullptr) {
    row["key"] = text(candidate.standing->key->key_name());
  }
  row["place"] = nullptr;
  row["expected_cost"] = expected(ask, candidate);
  row["uptime_last_30m"] = figure(static_cast<double>(figures.uptime) * 100);
  row["latency_last_5m"] = percentiles(figures.first_token_s);
  row["throughput_last_5m"] = percentiles(figures.tokens_a_second);
  if (measured(figures.tool_success)) {
    row["tool_success_last_2h"] = figure(static_cast<double>(figures.tool_success) * 100);
  }
  row["quota"] = figure(quota_of(candidate, now));
  row["load"] = figure(figures.load);
  if (candidate.cached_prompt_tokens > 0) row["cached_tokens"] = candidate.cached_prompt_tokens;
  if (candidate.standing != nullptr) add_standing(*candidate.standing, now, row);
  return row;
}

json::object placed(const Candidate& candidate, const Ask& ask, const Place& place,
                    std::int64_t number, TimePoint now) {
  json::object row = row_of(candidate, ask, now);
  row["place"] = number;
  auto reasons = behind_others_for(reasons_of(place.group));
  if (!reasons.empty()) row["behind_others_for"] = std::move(reasons);
  const bool drawn = place.score == -unknown_score;
  row["score"] = drawn ? json::value(nullptr) : figure(place.score);
  if (drawn) row["drawn"] = true;
  if (place.score == sticky_score) row["sticky"] = true;
  return row;
}

json::object dropped(const Candidate& candidate, const Ask& ask, Drop drop, TimePoint now) {
  json::object row = row_of(candidate, ask, now);
  row["dropped"] = text(name_of(drop));
  if (!excluded_by(drop).empty()) row["excluded_by"] = text(excluded_by(drop));
  return row;
}

}  // namespace

std::string explain(std::span<const Candidate> candidates, const Ask& ask, const Decision& decision,
                    TimePoint now) {
  std::vector<Place> places = decision.places;
  std::ranges::sort(places, comes_before);
  json::array rows;
  std::int64_t number = 0;
  for (const Place& place : places) {
    rows.push_back(placed(candidates[place.candidate], ask, place, ++number, now));
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Drop drop = decision.drops[i];
    if (drop != Drop::none) rows.push_back(dropped(candidates[i], ask, drop, now));
  }
  const std::string_view strategy = decision.strategy == nullptr ? "" : decision.strategy->name;
  return json::serialize(json::object{{"strategy", text(strategy)},
                                      {"prompt_tokens", ask.prompt_tokens},
                                      {"output_tokens", ask.output_tokens},
                                      {"candidates", std::move(rows)}});
}

}  // namespace tollway::routing
