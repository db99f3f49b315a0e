#include "model_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "base/nearest.hpp"

namespace tollway {
namespace {

constexpr std::size_t suggestions_max = 3;

std::string lower(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return made;
}

bool has_words(const ModelInfo& model, const std::vector<std::string>& words) {
  const std::string text = lower(model.id + "\n" + model.name);
  return std::ranges::all_of(words,
                             [&text](const auto& word) { return text.contains(lower(word)); });
}

bool costs_at_most(const ModelInfo& model, Money max) {
  const auto prompt = price_per_million(model.prompt_price);
  const auto completion = price_per_million(model.completion_price);
  return prompt && completion && *prompt <= max && *completion <= max;
}

bool has_modality(const ModelInfo& model, const std::string& modality) {
  return std::ranges::find(model.input_modalities, modality) != model.input_modalities.end() ||
         std::ranges::find(model.output_modalities, modality) != model.output_modalities.end();
}

bool passes(const ModelInfo& model, const ModelFilter& filter) {
  if (!has_words(model, filter.words)) return false;
  if (filter.free && !costs_at_most(model, Money{})) return false;
  if (filter.price_max && !costs_at_most(model, *filter.price_max)) return false;
  if (filter.context_min && model.context_length.value_or(0) < *filter.context_min) return false;
  return filter.modality.empty() || has_modality(model, lower(filter.modality));
}

// What a model is sorted by, the smallest first.
std::int64_t rank(const ModelInfo& model, ModelOrder order) {
  constexpr auto last = std::numeric_limits<std::int64_t>::max();
  switch (order) {
    case ModelOrder::price: {
      const auto prompt = price_per_million(model.prompt_price);
      const auto completion = price_per_million(model.completion_price);
      if (!prompt || !completion) return last;
      return prompt->nanodollars / 2 + completion->nanodollars / 2;
    }
    case ModelOrder::context:
      return model.context_length ? -*model.context_length : last;
    case ModelOrder::created:
      return model.created ? -*model.created : last;
    case ModelOrder::name:
    case ModelOrder::none:
      return 0;
  }
  return 0;
}

std::string_view behind_slash(std::string_view id) {
  return id.substr(id.rfind('/') + 1);  // the whole where there is none
}

}  // namespace

std::vector<ModelInfo> selected(std::vector<ModelInfo> models, const ModelFilter& filter,
                                ModelOrder order) {
  std::erase_if(models, [&filter](const auto& model) { return !passes(model, filter); });
  if (order == ModelOrder::none) return models;
  std::ranges::sort(models, [order](const ModelInfo& a, const ModelInfo& b) {
    const auto first = rank(a, order);
    const auto second = rank(b, order);
    return first != second ? first < second : a.id < b.id;
  });
  return models;
}

std::optional<Money> price_per_million(const std::optional<std::string>& per_token) {
  if (!per_token) return std::nullopt;
  // A million times as much is a matter of the exponent alone.
  const auto exponent = per_token->find_first_of("eE");
  int power = 6;
  if (exponent != std::string::npos) {
    int stated = 0;
    const char* const end = per_token->data() + per_token->size();
    const char* begin = per_token->data() + exponent + 1;
    if (begin != end && *begin == '+') ++begin;
    const auto read = std::from_chars(begin, end, stated);
    if (read.ec != std::errc() || read.ptr != end || stated < -400 || stated > 400) return {};
    power += stated;
  }
  const auto money = Money::parse(fmt::format("{}e{}", per_token->substr(0, exponent), power));
  if (!money || *money < Money{}) return std::nullopt;
  return *money;
}

std::string price_shown(const std::optional<std::string>& per_token) {
  if (!per_token) return "?";
  const auto price = price_per_million(per_token);
  if (!price) return "varies";
  return *price == Money{} ? "free" : "$" + price->to_string();
}

std::string count_shown(const std::optional<std::int64_t>& count) {
  if (!count) return "?";
  constexpr std::int64_t kibi = 1024;
  if (*count >= kibi * kibi && *count % (kibi * kibi) == 0) {
    return fmt::format("{}M", *count / (kibi * kibi));
  }
  if (*count >= 1'000'000) return fmt::format("{:.3g}M", static_cast<double>(*count) / 1e6);
  if (*count >= kibi && *count % kibi == 0) return fmt::format("{}K", *count / kibi);
  if (*count >= 1000) return fmt::format("{:.0f}K", static_cast<double>(*count) / 1e3);
  return fmt::format("{}", *count);
}

std::vector<std::string> models_near(std::string_view name, std::span<const ModelInfo> models) {
  std::vector<std::string_view> ids;
  std::vector<std::string_view> ends;
  for (const auto& model : models) {
    ids.push_back(model.id);
    ends.push_back(behind_slash(model.id));
  }
  std::vector<std::string> found;
  const auto add = [&found](std::string_view id) {
    const bool known = std::ranges::find(found, id) != found.end();
    if (!known && found.size() < suggestions_max) found.emplace_back(id);
  };
  for (const auto id : nearest(name, ids, suggestions_max)) add(id);
  for (const auto end : nearest(behind_slash(name), ends, suggestions_max)) {
    for (const auto id : ids) {
      if (behind_slash(id) == end) add(id);
    }
  }
  return found;
}

}  // namespace tollway
