#include "routing/filter.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "routing/listed_order.hpp"

namespace tollway::routing {
namespace {

// Where some endpoints of a model support these and some do not, only those that do are used; where
// none does, the parameter is ignored (wire.md 4.2).
constexpr Parameters preferred{Parameter::response_format, Parameter::verbosity};

// A request's list of slugs, with their bits.
struct Listed {
  explicit Listed(const std::vector<std::string>& the_slugs)
      : slugs(the_slugs), bits(name_bits(the_slugs)) {}
  [[nodiscard]] bool has(const Endpoint& endpoint) const {
    return (bits & endpoint.name_bits) != 0 &&
           std::ranges::any_of(slugs, [&](const auto& slug) { return matches(slug, endpoint); });
  }
  const std::vector<std::string>& slugs;
  std::uint64_t bits;
};

bool listed(const std::vector<std::string>& slugs, const Endpoint& endpoint) {
  return std::ranges::any_of(slugs,
                             [&](const std::string& slug) { return matches(slug, endpoint); });
}

// Named by its full slug: base slugs never mean a tier's endpoint.
bool named(const Preferences& preferences, const Endpoint& endpoint) {
  return listed(preferences.only, endpoint) || listed(preferences.order, endpoint);
}

// Endpoints of a tier are used on demand alone (wire.md 4.4).
bool admits(const Ask& ask, const Endpoint& endpoint, bool flex_alone) {
  if (flex_alone) return endpoint.tier == Tier::flex;
  if (endpoint.tier == Tier::standard || ask.tier == endpoint.tier) return true;
  if (named(ask.preferences, endpoint)) return true;
  if (ask.tier == Tier::standard) return false;
  if (!ask.preferences.order.empty() || ask.preferences.sort) return false;
  return ask.variants.has(endpoint.tier == Tier::priority ? catalog::Variant::nitro
                                                          : catalog::Variant::floor);
}

// An unknown price is over every cap.
bool within(const std::optional<std::int64_t>& cap, const std::optional<std::int64_t>& price) {
  return !cap || (price && *price <= *cap);
}

// What is billed apart from tokens costs nothing where no price says otherwise.
bool within(const PriceCaps& caps, const EndpointPrices& prices) {
  return within(caps.prompt, prices.prompt) && within(caps.completion, prices.completion) &&
         within(caps.request, prices.request.value_or(0)) &&
         within(caps.image, prices.image.value_or(0)) &&
         within(caps.audio, prices.audio.value_or(0));
}

// What of a request's wishes there is to look at, so that most endpoints are passed in a few steps.
struct Wishes {
  explicit Wishes(const Ask& ask)
      : only(ask.preferences.only),
        ignore(ask.preferences.ignore),
        order(ask.preferences.order),
        lists(has_lists(ask.preferences)),
        policies(has_policies(ask.preferences)),
        required(ask.preferences.require_parameters ? ask.parameters
                                                    : ask.parameters.common({Parameter::tools})),
        preferred_parameters(!ask.parameters.common(preferred).empty()) {}
  Listed only;
  Listed ignore;
  Listed order;
  bool lists;
  bool policies;
  Parameters required;
  bool preferred_parameters;
  bool flex_alone = false;  // flex is asked for, and there is some

 private:
  static bool has_lists(const Preferences& wish) {
    return !wish.only.empty() || !wish.ignore.empty() || !wish.order.empty();
  }
  static bool has_policies(const Preferences& wish) {
    const PriceCaps& caps = wish.max_price;
    return wish.deny_data_collection || wish.zero_retention || wish.distillable ||
           wish.quantizations || caps.prompt || caps.completion || caps.request || caps.image ||
           caps.audio;
  }
};

Drop policy(const Ask& ask, const Endpoint& endpoint) {
  const Preferences& wish = ask.preferences;
  if (wish.deny_data_collection && endpoint.data.collects) return Drop::collects_data;
  if (wish.zero_retention && !endpoint.data.zero_retention) return Drop::retains_data;
  if (wish.distillable && !endpoint.data.distillable) return Drop::not_distillable;
  if (wish.quantizations && !wish.quantizations->has(endpoint.quantization)) {
    return Drop::quantization;
  }
  if (!within(wish.max_price, endpoint.prices)) return Drop::max_price;
  return Drop::none;
}

// Whether ability() finds nothing, which is so of most.
bool is_able(const Ask& ask, std::int64_t output, Parameters required, const Endpoint& endpoint) {
  const auto& context = endpoint.context_length;
  const auto& longest = endpoint.output_tokens_max;
  return endpoint.input.includes(ask.input) && endpoint.output.includes(ask.output) &&
         endpoint.parameters.includes(required) &&
         (!context || *context - output >= ask.prompt_tokens) && (!longest || *longest >= output);
}

Drop ability(const Ask& ask, const Endpoint& endpoint) {
  const auto output = ask.max_tokens.value_or(0);
  if (endpoint.context_length && *endpoint.context_length - output < ask.prompt_tokens) {
    return Drop::context_length;
  }
  if (endpoint.output_tokens_max && *endpoint.output_tokens_max < output) {
    return Drop::output_length;
  }
  if (!endpoint.input.includes(ask.input) || !endpoint.output.includes(ask.output)) {
    return Drop::modality;
  }
  if (ask.parameters.has(Parameter::tools) && !endpoint.parameters.has(Parameter::tools)) {
    return Drop::tools;
  }
  if (ask.preferences.require_parameters && !endpoint.parameters.includes(ask.parameters)) {
    return Drop::parameters;
  }
  return Drop::none;
}

Drop lists(const Wishes& wishes, bool allow_fallbacks, const Endpoint& endpoint) {
  if (!wishes.only.slugs.empty() && !wishes.only.has(endpoint)) return Drop::not_allowed;
  if (wishes.ignore.has(endpoint)) return Drop::ignored;
  if (!allow_fallbacks && !wishes.order.slugs.empty() && !wishes.order.has(endpoint)) {
    return Drop::not_in_order;
  }
  return Drop::none;
}

Drop reason(const Ask& ask, const Wishes& wishes, const Endpoint& endpoint) {
  Drop drop = wishes.lists ? lists(wishes, ask.preferences.allow_fallbacks, endpoint) : Drop::none;
  if (drop != Drop::none) return drop;
  if (wishes.flex_alone || endpoint.tier != Tier::standard) {
    if (!admits(ask, endpoint, wishes.flex_alone)) return Drop::tier;
  }
  if (wishes.policies) drop = policy(ask, endpoint);
  return drop != Drop::none ? drop : ability(ask, endpoint);
}

// Drops those that lack a preferred parameter which others of the model have.
void prefer(std::span<const Candidate> candidates, const Ask& ask, std::span<Drop> drops) {
  Parameters supported;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (drops[i] == Drop::none) supported = supported.with(candidates[i].endpoint->parameters);
  }
  const Parameters wanted = ask.parameters.common(preferred).common(supported);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (drops[i] != Drop::none || candidates[i].endpoint->meta) continue;
    if (!candidates[i].endpoint->parameters.includes(wanted)) {
      drops[i] = Drop::others_support_more;
    }
  }
}

// Who chooses himself gets the request's wishes and heeds them; here only his own name counts, and
// whether an order without fallbacks leaves anybody to him.
Drop reason_of_meta(const Candidate& candidate, const Preferences& wish,
                    std::span<const Candidate> candidates, std::span<const Drop> drops) {
  if (listed(wish.ignore, *candidate.endpoint)) return Drop::ignored;
  if (wish.allow_fallbacks || wish.order.empty()) return Drop::none;
  const auto place = place_in_order(wish.order, candidate, candidates, drops);
  return place < wish.order.size() ? Drop::none : Drop::not_in_order;
}

void filter_model(std::span<const Candidate> candidates, const Ask& ask, Wishes wishes,
                  std::span<Drop> drops) {
  wishes.flex_alone =
      ask.tier == Tier::flex && std::ranges::any_of(candidates, [](const Candidate& candidate) {
        return candidate.endpoint->tier == Tier::flex;
      });
  const bool needs_meta = !ask.openrouters.empty();
  const bool asks_for_little =
      !needs_meta && !wishes.lists && !wishes.policies && !wishes.flex_alone;
  const auto output = ask.max_tokens.value_or(0);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const Endpoint& endpoint = *candidate.endpoint;
    const bool is_usual = asks_for_little && endpoint.tier == Tier::standard &&
                          !candidate.needs_meta && is_able(ask, output, wishes.required, endpoint);
    if (is_usual || endpoint.meta) {
      drops[i] = Drop::none;
    } else if (needs_meta || candidate.needs_meta) {
      drops[i] = Drop::needs_openrouter;
    } else {
      drops[i] = reason(ask, wishes, endpoint);
    }
  }
  for (std::size_t i = 0; wishes.lists && i < candidates.size(); ++i) {
    if (!candidates[i].endpoint->meta) continue;
    drops[i] = reason_of_meta(candidates[i], ask.preferences, candidates, drops);
  }
  if (wishes.preferred_parameters) prefer(candidates, ask, drops);
}

struct Words {
  std::string_view name;
  std::string_view excluded_by;
};
// In the order of the enumeration.
constexpr std::array<Words, 18> words{{
    {"none", ""},
    {"needs_openrouter", ""},
    {"not_allowed", "allowed_providers"},
    {"ignored", "allowed_providers"},
    {"not_in_order", "allowed_providers"},
    {"tier", ""},
    {"collects_data", "data_policy:training"},
    {"retains_data", "data_policy:zdr"},
    {"not_distillable", ""},
    {"quantization", "quantization"},
    {"max_price", "max_price"},
    {"context_length", "context_length"},
    {"output_length", "context_length"},
    {"modality", ""},
    {"tools", "require_parameters"},
    {"parameters", "require_parameters"},
    {"others_support_more", ""},
    {"no_fallbacks", ""},
}};

}  // namespace

std::string_view name_of(Drop drop) noexcept {
  return words[static_cast<std::size_t>(drop)].name;
}

std::string_view excluded_by(Drop drop) noexcept {
  return words[static_cast<std::size_t>(drop)].excluded_by;
}

void filter(std::span<const Candidate> candidates, const Ask& ask, std::vector<Drop>& drops) {
  drops.resize(candidates.size());
  const std::span<Drop> all(drops);
  const Wishes wishes(ask);
  for (std::size_t begin = 0; begin < candidates.size();) {
    std::size_t end = begin + 1;
    while (end < candidates.size() && candidates[end].model == candidates[begin].model) ++end;
    filter_model(candidates.subspan(begin, end - begin), ask, wishes,
                 all.subspan(begin, end - begin));
    begin = end;
  }
}

}  // namespace tollway::routing
