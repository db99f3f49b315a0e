#include "catalog/model_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>
#include <limits>

#include "catalog/names.hpp"

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

std::optional<double> dollars_a_million(const Model& model, PriceKey key) {
  const auto& price = model.prices[key];
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
  return lies_in(query.price, dollars_a_million(model, PriceKey::prompt)) &&
         lies_in(query.output_price, dollars_a_million(model, PriceKey::completion)) &&
         lies_in(query.age_days, age) && passes_indices(model, query);
}

// What is sorted by, the smallest first; what is not known is infinite.
double rank(const Model& model, Sort sort) {
  constexpr double last = std::numeric_limits<double>::infinity();
  const auto highest_first = [](const std::optional<double>& value) {
    return value ? -*value : last;
  };
  switch (sort) {
    case Sort::newest:
      return model.created == 0 ? last : -static_cast<double>(model.created);
    case Sort::pricing_low_to_high:
    case Sort::pricing_high_to_low: {
      const auto prompt = dollars_a_million(model, PriceKey::prompt);
      const auto completion = dollars_a_million(model, PriceKey::completion);
      if (!prompt || !completion) return last;
      const double price = *prompt + *completion;
      return sort == Sort::pricing_low_to_high ? price : -price;
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

}  // namespace

std::vector<const Model*> select_models(const Catalogue& catalogue, const ModelQuery& query,
                                        std::int64_t now) {
  std::vector<const Model*> models;
  for (const Model& model : catalogue.models()) {
    if (passes(model, query, now)) models.push_back(&model);
  }
  if (query.sort == Sort::none) return models;
  // By the place in the list where ranks are equal.
  std::vector<std::pair<double, std::size_t>> ranked;
  ranked.reserve(models.size());
  for (const Model* model : models) ranked.emplace_back(rank(*model, query.sort), ranked.size());
  std::ranges::sort(ranked);
  std::vector<const Model*> sorted;
  sorted.reserve(models.size());
  for (const auto& [rank, at] : ranked) sorted.push_back(models[at]);
  return sorted;
}

std::string list_answer(const std::vector<const Model*>& models, const ModelQuery& query,
                        const ListAnswer& answer) {
  const bool paged = query.offset || query.limit;
  const auto total = static_cast<std::int64_t>(models.size());
  const auto limit = query.limit.value_or(ModelQuery::limit_default);
  const auto begin = std::min(query.offset.value_or(0), total);
  const auto end = paged ? std::min(begin + limit, total) : total;
  std::string body = R"({"data":[)";
  for (auto i = begin; i < end; ++i) {
    if (i > begin) body += ',';
    body += models[static_cast<std::size_t>(i)]->row;
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

}  // namespace tollway::catalog
