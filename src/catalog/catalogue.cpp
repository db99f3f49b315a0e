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
  if (!model.context_length) model.context_length = listed.context_length;
  if (!model.max_output_tokens) model.max_output_tokens = listed.max_output_tokens;
  if (model.input_modalities.empty()) model.input_modalities = listed.input_modalities;
  if (model.output_modalities.empty()) model.output_modalities = listed.output_modalities;
  if (!model.prices.known() && !model.prices.dynamic) model.prices = listed.prices;
}

}  // namespace

Catalogue::Catalogue(std::span<const Listing> listings) {
  for (const Listing& listing : listings) add(listing);
  for (std::uint32_t i = 0; i < models_.size(); ++i) name_loosely(i);
  resolve_aliases();
}

void Catalogue::add(const Listing& listing) {
  as_of_ = std::max(as_of_, listing.as_of);
  if (envelope_.empty()) envelope_ = listing.envelope;
  for (const Model& listed : listing.models) {
    Model* model = same_model(listing, listed);
    if (model == nullptr) {
      model = &models_.emplace_back(listed);
      const bool has_author = listing.slugs || listed.id.contains('/');
      if (!has_author) {
        model->id = std::string(author_of_provider(listing.provider)) + "/" + listed.id;
      }
      if (model->canonical_slug.empty()) model->canonical_slug = model->id;
      if (model->row.empty()) model->row = boost::json::serialize(write_row(*model));
      name_model(static_cast<std::uint32_t>(models_.size() - 1));
    } else {
      complete(listed, *model);
    }
    const auto index = static_cast<std::uint32_t>(model - models_.data());
    if (!listing.reference) offer(listing, listed, *model);
    offered_.try_emplace(offered_key(listing.provider, listed.id), Meaning{index, NamedBy::vendor});
  }
}

void Catalogue::offer(const Listing& listing, const Model& listed, Model& model) const {
  Offer made{.provider = listing.provider,
             .provider_name = listing.provider_name,
             .model = listed.id,
             .context_length = listed.context_length,
             .max_output_tokens = listed.max_output_tokens,
             .supported_parameters = listed.supported_parameters,
             .prices = listed.prices};
  model.offers.push_back(std::move(made));
}

// The model that an entry of a later list means, by exact names first.
Model* Catalogue::same_model(const Listing& listing, const Model& listed) {
  const auto at = [this](std::string_view name) -> Model* {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : &models_[found->second.model];
  };
  const bool has_author = listed.id.contains('/');
  const std::string slug =
      has_author ? listed.id : std::string(author_of_provider(listing.provider)) + "/" + listed.id;
  const std::string lowered = lower_text(slug);
  if (Model* same = at(lowered)) return same;
  if (listing.slugs) return nullptr;
  const std::string spelled = folded(slug);
  if (Model* same = at(spelled)) return same;
  return at(undated(spelled));
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

const Model* Catalogue::find_offered(std::string_view provider, std::string_view name) const {
  const auto found = offered_.find(offered_key(provider, name));
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
