#include "catalog/catalogue.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/nearest.hpp"
#include "catalog/aliases.hpp"
#include "catalog/rows.hpp"

namespace tollway::catalog {
namespace {

constexpr int variants_max = 8;

char lower(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
}

std::string lower_text(std::string_view text) {
  std::string made(text);
  std::ranges::transform(made, made.begin(), lower);
  return made;
}

std::string offered_key(std::string_view provider, std::string_view name) {
  std::string key(provider);
  key += '\n';
  key += lower_text(name);
  return key;
}

// Fills what the model lacks from another list that knows it.
void complete(const Model& listed, Model& model) {
  const auto fill = [](auto& into, const auto& from) {
    if (into == std::remove_cvref_t<decltype(into)>()) into = from;
  };
  fill(model.context_length, listed.context_length);
  fill(model.max_output_tokens, listed.max_output_tokens);
  fill(model.input_modalities, listed.input_modalities);
  fill(model.output_modalities, listed.output_modalities);
  fill(model.supported_parameters, listed.supported_parameters);
  fill(model.tokenizer, listed.tokenizer);
  fill(model.knowledge_cutoff, listed.knowledge_cutoff);
  fill(model.expires, listed.expires);
  if (!model.prices.known() && !model.prices.dynamic) model.prices = listed.prices;
}

std::string slug_of(const Listing& listing, const Model& listed) {
  if (listing.slugs || listed.id.contains('/')) return listed.id;
  return std::string(author_of_provider(listing.provider)) + "/" + listed.id;
}

}  // namespace

Catalogue::Catalogue(std::span<const Listing> listings, const PriceLookup& look_up) {
  for (const Listing& listing : listings) add(listing);
  price(look_up);
  for (std::uint32_t i = 0; i < models_.size(); ++i) name_loosely(i);
  for (std::uint32_t i = 0; i < models_.size(); ++i) name_aliases(i);
  resolve_aliases();
}

// Who lists "gpt-4" and "gpt-4-0613" says that they are two, and only the first is another's
// "gpt-4": exact names come first, and no model is taken twice.
void Catalogue::add(const Listing& listing) {
  as_of_ = std::max(as_of_, listing.as_of);
  if (envelope_.empty()) envelope_ = listing.envelope;
  std::vector<std::optional<std::uint32_t>> same;
  same.reserve(listing.models.size());
  Taken taken;
  for (const Model& listed : listing.models) {
    same.push_back(same_by_name(listing, listed));
    if (same.back() && !taken.insert(*same.back()).second) same.back().reset();
  }
  for (std::size_t i = 0; i < same.size(); ++i) {
    const Model& listed = listing.models[i];
    if (!same[i] && !listing.slugs) {
      same[i] = same_undated(listing, listed);
      if (same[i] && !taken.insert(*same[i]).second) same[i].reset();
    }
    if (same[i]) {
      complete(listed, models_[*same[i]]);
    } else {
      same[i] = add(listing, listed);
      taken.insert(*same[i]);
    }
    if (!listing.reference) offer(listing, listed, models_[*same[i]]);
    const Meaning vendors{*same[i], NamedBy::vendor};
    offered_.try_emplace(offered_key(listing.provider, listed.id), vendors);
    name(lower_text(slug_of(listing, listed)), *same[i], NamedBy::spelling);
  }
}

std::uint32_t Catalogue::add(const Listing& listing, const Model& listed) {
  const auto index = static_cast<std::uint32_t>(models_.size());
  const auto older = listing.slugs ? std::nullopt : same_undated(listing, listed);
  Model& model = models_.emplace_back(listed);
  told_.push_back(!listing.reference && !model.row.empty());
  model.id = slug_of(listing, listed);
  if (model.canonical_slug.empty()) model.canonical_slug = model.id;
  // What is said of the model holds for its dated versions, but for prices and ends.
  if (older) complete(models_[*older], model);
  model.prices = listed.prices;
  model.expires = listed.expires;
  name_model(index);
  return index;
}

void Catalogue::offer(const Listing& listing, const Model& listed, Model& model) const {
  Offer made{.provider = listing.provider,
             .provider_name = listing.provider_name,
             .model = listed.id,
             .aliases = listed.aliases,
             .context_length = listed.context_length,
             .max_output_tokens = listed.max_output_tokens,
             .supported_parameters = listed.supported_parameters,
             .prices = listed.prices,
             .sheet_prices = {},
             .assumed = listing.assumed};
  model.offers.push_back(std::move(made));
}

std::optional<std::uint32_t> Catalogue::at(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? std::nullopt : std::optional(found->second.model);
}

// The model that an entry of a later list means.
std::optional<std::uint32_t> Catalogue::same_by_name(const Listing& listing,
                                                     const Model& listed) const {
  const std::string slug = slug_of(listing, listed);
  const auto same = at(lower_text(slug));
  return same || listing.slugs ? same : at(folded(slug));
}

std::optional<std::uint32_t> Catalogue::same_undated(const Listing& listing,
                                                     const Model& listed) const {
  const std::string spelled = folded(slug_of(listing, listed));
  return at(undated(spelled));
}

// Rows that no provider who is configured wrote show what those take who are.
void Catalogue::price(const PriceLookup& look_up) {
  for (std::size_t i = 0; i < models_.size(); ++i) {
    Model& model = models_[i];
    price(model, look_up);
    if (told_[i]) continue;
    if (!model.offers.empty()) {
      const auto priced = std::ranges::find_if(
          model.offers, [](const Offer& one) { return one.known_prices().known(); });
      const bool none = priced == model.offers.end();
      model.prices = (none ? model.offers.front() : *priced).known_prices();
    }
    if (model.row.empty()) {
      model.row = boost::json::serialize(write_row(model));
    } else if (!model.offers.empty()) {
      model.row = with_own_terms(model);
    }
  }
}

// A model's author sells at the list price; what others take for it nobody can guess.
void Catalogue::price(Model& model, const PriceLookup& look_up) const {
  for (Offer& offer : model.offers) {
    if (offer.prices.known() || offer.prices.dynamic) continue;
    if (look_up) offer.sheet_prices = look_up(offer.provider, offer.model);
    if (offer.sheet_prices.known()) continue;
    const bool by_author = author_of(model.id) == author_of_provider(offer.provider);
    offer.sheet_prices = by_author ? model.prices : Prices{};
  }
}

void Catalogue::name(std::string text, std::uint32_t model, NamedBy by) {
  names_.try_emplace(std::move(text), Meaning{model, by});
}

// Names that hold for a model alone, at once, so that later lists find them.
void Catalogue::name_model(std::uint32_t index) {
  const Model& model = models_[index];
  // The row of an id comes before what others are called for short.
  names_.insert_or_assign(lower_text(model.id),
                          Meaning{index, model.id.starts_with('~') ? NamedBy::alias : NamedBy::id});
  std::string_view base = model.id;
  const bool is_variant = cut_variant(base).has_value();
  if (!is_variant) name(lower_text(model.canonical_slug), index, NamedBy::canonical_slug);
  name(folded(model.id), index, NamedBy::spelling);
  if (is_variant) return;
  const std::string slug = folded(model.canonical_slug);
  name(slug, index, NamedBy::spelling);
  name(std::string(undated(slug)), index, NamedBy::spelling);
  if (model.hugging_face_id.empty()) return;
  name(folded(model.hugging_face_id), index, NamedBy::vendor);
  name(lower_text(model.hugging_face_id), index, NamedBy::vendor);
}

// What may mean several; the first of the lists gets it, and any name above wins over it.
void Catalogue::name_loosely(std::uint32_t index) {
  const Model& model = models_[index];
  name(lower_text(model.canonical_slug), index, NamedBy::canonical_slug);
  if (model.id.starts_with('~')) return;
  const std::string spelled = folded(model.id);
  name(std::string(bare_name(spelled)), index, NamedBy::vendor);
  name(std::string(undated(bare_name(spelled))), index, NamedBy::vendor);
  for (const Offer& offer : model.offers) name(lower_text(offer.model), index, NamedBy::vendor);
}

// Last: one entry's alias may be the id of another.
void Catalogue::name_aliases(std::uint32_t index) {
  for (const Offer& offer : models_[index].offers) {
    const std::string author(author_of_provider(offer.provider));
    for (const auto& alias : offer.aliases) {
      offered_.try_emplace(offered_key(offer.provider, alias), Meaning{index, NamedBy::vendor});
      name(lower_text(author + "/" + alias), index, NamedBy::alias);
      name(lower_text(alias), index, NamedBy::vendor);
    }
  }
}

void Catalogue::resolve_aliases() {
  targets_.resize(models_.size());
  for (std::uint32_t i = 0; i < models_.size(); ++i) {
    targets_[i] = i;
    Model& model = models_[i];
    if (!model.id.starts_with('~') && model.alias_target.empty()) continue;
    if (model.alias_target.empty()) model.alias_target = newest_of_family(model, models_);
    const auto target = names_.find(lower_text(model.alias_target));
    if (target != names_.end()) targets_[i] = target->second.model;
  }
}

std::optional<Found> Catalogue::found(std::string_view lower_name, std::string_view preset,
                                      Variants variants) const {
  const auto entry = names_.find(lower_name);
  if (entry == names_.end()) return std::nullopt;
  const auto index = entry->second.model;
  return Found{.model = &models_[index],
               .target = &models_[targets_[index]],
               .by = entry->second.by,
               .variants = variants,
               .preset = preset};
}

std::optional<Found> Catalogue::find(std::string_view name) const {
  const auto preset = cut_preset(name);
  if (name.empty() || name.size() > name_bytes_max) return std::nullopt;
  std::array<char, name_bytes_max> buffer{};
  std::ranges::transform(name, buffer.begin(), lower);
  std::string_view rest(buffer.data(), name.size());
  Variants variants;
  for (int i = 0; i < variants_max; ++i) {
    if (auto exact = found(rest, preset, variants)) return exact;
    const std::string spelled = folded(rest);
    if (auto other = found(spelled, preset, variants)) {
      other->by = std::max(other->by, NamedBy::spelling);
      return other;
    }
    const auto without_date = undated(spelled);
    if (without_date.size() < spelled.size()) {
      if (auto other = found(without_date, preset, variants)) {
        other->by = std::max(other->by, NamedBy::undated);
        return other;
      }
    }
    const auto variant = cut_variant(rest);
    if (!variant || !is_dynamic(*variant)) break;
    variants.add(*variant);
  }
  return std::nullopt;
}

// As find(), without allocating: it is asked on the way of each request.
const Model* Catalogue::find_offered(std::string_view provider, std::string_view name) const {
  std::array<char, 2 * name_bytes_max> buffer{};
  const auto size = provider.size() + 1 + name.size();
  if (size > buffer.size()) return nullptr;
  auto end = std::ranges::copy(provider, buffer.begin()).out;
  *end++ = '\n';
  std::ranges::transform(name, end, lower);
  const auto found = offered_.find(std::string_view(buffer.data(), size));
  return found == offered_.end() ? nullptr : &models_[found->second.model];
}

const Offer* Catalogue::offer_of(const Model& model, std::string_view provider) noexcept {
  const auto found = std::ranges::find(model.offers, provider, &Offer::provider);
  return found == model.offers.end() ? nullptr : &*found;
}

std::vector<std::string_view> Catalogue::near(std::string_view name, std::size_t count) const {
  std::vector<std::string_view> ids;
  std::vector<std::string_view> ends;
  for (const Model& model : models_) {
    if (model.offers.empty()) continue;
    ids.emplace_back(model.id);
    ends.push_back(bare_name(model.id));
  }
  std::vector<std::string_view> made = nearest(name, ids, count);
  for (const auto end : nearest(bare_name(name), ends, count)) {
    for (const auto id : ids) {
      if (made.size() == count) return made;
      if (bare_name(id) == end && std::ranges::find(made, id) == made.end()) made.push_back(id);
    }
  }
  return made;
}

}  // namespace tollway::catalog
