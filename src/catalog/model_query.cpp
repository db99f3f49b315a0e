#include "catalog/model_query.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "catalog/names.hpp"
#include "catalog/rows.hpp"

namespace tollway::catalog {
namespace {

namespace json = boost::json;
using Sort = ModelQuery::Sort;

constexpr double femto_to_dollars_a_million = 1e-9;

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return made;
}

bool has(const std::vector<std::string>& all, std::string_view one) {
  return std::ranges::find(all, one) != all.end();
}

bool has_all(const std::vector<std::string>& wanted, const std::vector<std::string>& all) {
  return std::ranges::all_of(wanted, [&all](const auto& one) { return has(all, one); });
}

// Models of lists that tell nothing of modalities take and give text.
const std::vector<std::string>& or_text(const std::vector<std::string>& modalities) {
  static const std::vector<std::string> text{"text"};
  return modalities.empty() ? text : modalities;
}

bool lies_in(const Range& range, const std::optional<double>& value) {
  if (!range.any()) return true;
  if (!value) return false;
  return (!range.min || *value >= *range.min) && (!range.max || *value <= *range.max);
}

std::optional<double> dollars_a_million(const Model& model, PriceKey key, std::int64_t now) {
  const auto price =
      model.prices.depends_on_time() ? model.prices.at(time_of_day(now))[key] : model.prices[key];
  if (!price || model.prices.dynamic) return std::nullopt;
  return static_cast<double>(*price) * femto_to_dollars_a_million;
}

std::optional<double> number_at(const json::value& row, std::string_view pointer) {
  json::error_code missing;
  const auto* value = row.find_pointer({pointer.data(), pointer.size()}, missing);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

// Of Artificial Analysis, which only rows tell of.
std::optional<double> index_of(const Model& model, std::string_view name) {
  if (!model.row.contains("artificial_analysis")) return std::nullopt;
  json::error_code failed;
  const auto row = json::parse(model.row, failed);
  return number_at(row, fmt::format("/benchmarks/artificial_analysis/{}", name));
}

std::optional<double> best_elo(const Model& model) {
  if (!model.row.contains("design_arena")) return std::nullopt;
  json::error_code failed;
  const auto row = json::parse(model.row, failed);
  const auto* arenas = row.find_pointer("/benchmarks/design_arena", failed);
  if (arenas == nullptr || !arenas->is_array()) return std::nullopt;
  std::optional<double> best;
  for (const auto& arena : arenas->get_array()) {
    const auto elo = number_at(arena, "/elo");
    if (elo && (!best || *elo > *best)) best = elo;
  }
  return best;
}

bool passes_indices(const Model& model, const ModelQuery& query) {
  const auto passes = [&model](const Range& range, std::string_view name) {
    return !range.any() || lies_in(range, index_of(model, name));
  };
  return passes(query.intelligence_index, "intelligence_index") &&
         passes(query.coding_index, "coding_index") && passes(query.agentic_index, "agentic_index");
}

bool passes(const Model& model, const ModelQuery& query, std::int64_t now) {
  constexpr double seconds_a_day = 86'400;
  const auto& gives = or_text(model.output_modalities);
  const bool gives_one = query.output_modalities.empty() ||
                         std::ranges::any_of(query.output_modalities,
                                             [&](const auto& one) { return has(gives, one); });
  if (model.offers.empty() || !gives_one) return false;
  if (!has_all(query.input_modalities, or_text(model.input_modalities))) return false;
  if (!has_all(query.supported_parameters, model.supported_parameters)) return false;
  if (query.context_min && model.context_length.value_or(0) < *query.context_min) return false;
  if (!query.authors.empty() && !has(query.authors, author_of(model.id))) return false;
  if (!lower(model.tokenizer).starts_with(lower(query.architecture))) return false;
  if (!query.words.empty()) {
    const std::string text = lower(model.id + "\n" + model.canonical_slug + "\n" + model.name);
    if (!text.contains(lower(query.words))) return false;
  }
  const auto age = model.created == 0
                       ? std::nullopt
                       : std::optional(static_cast<double>(now - model.created) / seconds_a_day);
  return lies_in(query.price, dollars_a_million(model, PriceKey::prompt, now)) &&
         lies_in(query.output_price, dollars_a_million(model, PriceKey::completion, now)) &&
         lies_in(query.age_days, age) && passes_indices(model, query);
}

bool is_openrouters(const Offer& offer) {
  return offer.provider == openrouter_key;
}

// Categories and regions nobody but OpenRouter knows of its own.
bool passes(const Offer& offer, const OfferFacts& facts, const ModelQuery& query) {
  if (!query.category.empty() || !query.region.empty()) return false;
  const bool is_asked_for = query.providers.empty() || has(query.providers, offer.provider) ||
                            has(query.providers, lower(offer.provider_name));
  if (!is_asked_for) return false;
  if (query.zero_retention && facts.zero_retention != true) return false;
  if (query.distillable && facts.distillable != query.distillable) return false;
  return lies_in(query.tool_success, facts.tool_success);
}

// What is sorted by, the smallest first; what is not known is infinite.
class Ranking {
 public:
  Ranking(const ModelQuery& query, std::int64_t now, const Knowledge& knowledge)
      : query_(query), now_(now), knowledge_(knowledge) {
    if (knowledge.openrouters == nullptr) return;
    for (const auto& id : *knowledge.openrouters) places_.emplace(id, places_.size());
  }

  [[nodiscard]] bool passes_offers(const Model& model) const {
    if (!query_.filters_offers()) return true;
    return std::ranges::any_of(model.offers, [&](const Offer& offer) {
      if (is_openrouters(offer) && knowledge_.openrouters != nullptr) {
        return places_.contains(model.id);
      }
      return passes(offer, facts(model, offer), query_);
    });
  }

  [[nodiscard]] double rank(const Model& model) const;

 private:
  static constexpr double last = std::numeric_limits<double>::infinity();

  [[nodiscard]] OfferFacts facts(const Model& model, const Offer& offer) const {
    return knowledge_.facts ? knowledge_.facts(model, offer) : OfferFacts{};
  }
  // Models that OpenRouter has put in order come first, in that order; the others as they do here.
  template <class Value>
  [[nodiscard]] double measured_rank(const Model& model, const Value& value) const {
    if (const auto place = places_.find(model.id); place != places_.end()) {
      return static_cast<double>(place->second) - ranked_first;
    }
    double best = last;
    for (const Offer& offer : model.offers) {
      if (const auto known = value(facts(model, offer))) best = std::min(best, *known);
    }
    return best;
  }
  static constexpr double ranked_first = 1e15;  // more than anything that is measured

  const ModelQuery& query_;
  std::int64_t now_;
  const Knowledge& knowledge_;
  std::unordered_map<std::string_view, std::size_t> places_;
};

std::optional<double> negative(const std::optional<double>& value) {
  return value ? std::optional(-*value) : std::nullopt;
}

double Ranking::rank(const Model& model) const {
  const auto highest_first = [](const std::optional<double>& value) {
    return value ? -*value : last;
  };
  switch (query_.sort) {
    case Sort::newest:
      return model.created == 0 ? last : -static_cast<double>(model.created);
    case Sort::pricing_low_to_high:
    case Sort::pricing_high_to_low: {
      const auto prompt = dollars_a_million(model, PriceKey::prompt, now_);
      const auto completion = dollars_a_million(model, PriceKey::completion, now_);
      if (!prompt || !completion) return last;
      const double price = *prompt + *completion;
      return query_.sort == Sort::pricing_low_to_high ? price : -price;
    }
    case Sort::context_high_to_low:
      return model.context_length ? -static_cast<double>(*model.context_length) : last;
    case Sort::intelligence_high_to_low:
      return highest_first(index_of(model, "intelligence_index"));
    case Sort::coding_high_to_low:
      return highest_first(index_of(model, "coding_index"));
    case Sort::agentic_high_to_low:
      return highest_first(index_of(model, "agentic_index"));
    case Sort::design_arena_elo_high_to_low:
      return highest_first(best_elo(model));
    case Sort::most_popular:
    case Sort::top_weekly:
      return measured_rank(model, [](const OfferFacts& is) { return negative(is.requests); });
    case Sort::throughput_high_to_low:
      return measured_rank(model,
                           [](const OfferFacts& is) { return negative(is.tokens_a_second); });
    case Sort::latency_low_to_high:
      return measured_rank(model, [](const OfferFacts& is) { return is.latency_ms; });
    case Sort::none:
      break;
  }
  return 0;
}

// The same question, about the page behind.
std::string next_page(const ListAnswer& answer, std::int64_t offset, std::int64_t limit) {
  std::string made = fmt::format("{}?offset={}&limit={}", answer.path, offset, limit);
  std::string_view rest = answer.query;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (pair.starts_with("offset=") || pair.starts_with("limit=") || pair.empty()) continue;
    made += '&';
    made += pair;
  }
  return made;
}

struct Page {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Page page_of(std::size_t count, const ModelQuery& query) {
  const auto total = static_cast<std::int64_t>(count);
  const auto begin = std::min(query.offset.value_or(0), total);
  if (!query.offset && !query.limit) return {.begin = begin, .end = total};
  return {.begin = begin,
          .end = std::min(begin + query.limit.value_or(ModelQuery::limit_default), total)};
}

std::string xml_text(std::string_view text) {
  std::string made;
  for (const char byte : text) {
    if (byte == '&') {
      made += "&amp;";
    } else if (byte == '<') {
      made += "&lt;";
    } else if (byte == '>') {
      made += "&gt;";
    } else if (byte == '"') {
      made += "&quot;";
    } else {
      made += byte;
    }
  }
  return made;
}

std::string rss_item(const Model& model, std::string_view site) {
  std::string item = fmt::format("<item><title>{}</title><link>{}</link>", xml_text(model.name),
                                 xml_text(fmt::format("{}/api/v1/model/{}", site, model.id)));
  item += fmt::format("<guid isPermaLink=\"false\">{}</guid>", xml_text(model.id));
  if (model.created != 0) {
    item += fmt::format("<pubDate>{:%a, %d %b %Y %H:%M:%S} GMT</pubDate>",
                        std::chrono::sys_seconds(std::chrono::seconds(model.created)));
  }
  return item + "</item>";
}

}  // namespace

std::string_view name_of(ModelQuery::Sort sort) noexcept {
  constexpr std::array<std::string_view, 13> names{"",
                                                   "newest",
                                                   "pricing-low-to-high",
                                                   "pricing-high-to-low",
                                                   "context-high-to-low",
                                                   "intelligence-high-to-low",
                                                   "coding-high-to-low",
                                                   "agentic-high-to-low",
                                                   "design-arena-elo-high-to-low",
                                                   "most-popular",
                                                   "top-weekly",
                                                   "throughput-high-to-low",
                                                   "latency-low-to-high"};
  return names[static_cast<std::size_t>(sort)];
}

bool is_measured(Sort sort) noexcept {
  return sort >= Sort::most_popular;
}

std::vector<const Model*> select_models(const Catalogue& catalogue, const ModelQuery& query,
                                        std::int64_t now, const Knowledge& knowledge) {
  const Ranking ranking(query, now, knowledge);
  std::vector<const Model*> models;
  for (const Model& model : catalogue.models()) {
    if (passes(model, query, now) && ranking.passes_offers(model)) models.push_back(&model);
  }
  if (query.sort == Sort::none) return models;
  // By the place in the list where ranks are equal.
  std::vector<std::pair<double, std::size_t>> ranked;
  ranked.reserve(models.size());
  for (const Model* model : models) ranked.emplace_back(ranking.rank(*model), ranked.size());
  std::ranges::sort(ranked);
  std::vector<const Model*> sorted;
  sorted.reserve(models.size());
  for (const auto& [rank, at] : ranked) sorted.push_back(models[at]);
  return sorted;
}

std::string list_answer(const std::vector<const Model*>& models, const ModelQuery& query,
                        const ListAnswer& answer) {
  const auto total = static_cast<std::int64_t>(models.size());
  const auto [begin, end] = page_of(models.size(), query);
  const auto limit = query.limit.value_or(ModelQuery::limit_default);
  std::string body = R"({"data":[)";
  for (auto i = begin; i < end; ++i) {
    if (i > begin) body += ',';
    body += row_at(*models[static_cast<std::size_t>(i)], time_of_day(answer.now));
  }
  const std::string next =
      end < total ? json::serialize(json::value(next_page(answer, end, limit))) : "null";
  body += fmt::format(R"(],"total_count":{},"links":{{"next":{}}})", total, next);
  if (!answer.more.empty()) {
    body += ',';
    body += answer.more;
  }
  return body + "}";
}

std::string rss_answer(const std::vector<const Model*>& models, const ModelQuery& query,
                       std::string_view site) {
  std::string body = fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Models</title>)"
      R"(<link>{0}/api/v1/models</link><description>The models of this gateway</description>)",
      xml_text(site));
  const auto [begin, end] = page_of(models.size(), query);
  for (auto i = begin; i < end; ++i) body += rss_item(*models[static_cast<std::size_t>(i)], site);
  return body + "</channel></rss>";
}

}  // namespace tollway::catalog
