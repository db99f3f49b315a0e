#include "catalog/replacements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "catalog/aliases.hpp"
#include "catalog/names.hpp"
#include "catalog/rows.hpp"

namespace tollway::catalog {
namespace {

using Reason = Replacement::Reason;

std::optional<double> weighed_price(const Model& model) {
  if (!model.prices.known()) return std::nullopt;
  return 3.0 * static_cast<double>(*model.prices[PriceKey::prompt]) +
         static_cast<double>(*model.prices[PriceKey::completion]);
}

std::optional<std::int64_t> dearer_permille(const Model& gone, const Model& other) {
  const auto before = weighed_price(gone);
  const auto after = weighed_price(other);
  if (!before || !after) return std::nullopt;
  if (*before == 0) return *after == 0 ? std::optional<std::int64_t>(0) : std::nullopt;
  return std::llround((*after - *before) * 1000 / *before);
}

std::string_view without_variants(std::string_view id) {
  while (cut_variant(id)) {
  }
  return id;
}

bool can_replace(const Model& gone, const Model& other) {
  return other.id != gone.id && !other.id.starts_with('~') && !other.prices.dynamic &&
         author_of(other.id) != "openrouter" && !other.expires && !other.offers.empty();
}

bool takes_all_of(const Model& gone, const Model& other) {
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::ranges::find(all, one) != all.end();
  };
  const auto covers = [&has](const auto& wanted, const auto& all) {
    return std::ranges::all_of(wanted, [&](const auto& one) { return has(all, one); });
  };
  const auto needs = [&](const char* parameter) {
    return !has(gone.supported_parameters, parameter) || has(other.supported_parameters, parameter);
  };
  return covers(gone.input_modalities, other.input_modalities) &&
         covers(gone.output_modalities, other.output_modalities) && needs("tools") &&
         needs("structured_outputs") && needs("reasoning") &&
         other.context_length.value_or(0) * 2 >= gone.context_length.value_or(0);
}

std::size_t shared_beginning(std::string_view a, std::string_view b) {
  const auto size = std::min(a.size(), b.size());
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin()).first -
      a.begin());
}

class Search {
 public:
  Search(const Model& gone, const Catalogue& now, std::size_t count)
      : gone_(gone), now_(now), count_(count), family_(family_words(gone.id)) {}

  std::vector<Replacement> run() {
    add_same_models();
    add_alias_targets();
    add_family();
    add_nearest();
    return std::move(found_);
  }

 private:
  void add(const Model& model, Reason reason) {
    if (found_.size() == count_ || !can_replace(gone_, model)) return;
    const bool known = std::ranges::find(found_, &model, &Replacement::model) != found_.end();
    if (!known) found_.push_back({&model, reason, dearer_permille(gone_, model)});
  }

  void add_same_models() {
    const auto bare = folded(bare_name(without_variants(gone_.id)));
    for (const Model& model : now_.models()) {
      const bool same_slug = model.canonical_slug == gone_.canonical_slug;
      if (same_slug || folded(bare_name(without_variants(model.id))) == bare) {
        add(model, Reason::same_model);
      }
    }
  }

  // The words of a family name it from the front: "claude opus" of "claude opus fast".
  [[nodiscard]] bool is_of_family(const Model& model) const {
    return author_of(model.id) == author_of(gone_.id) && !family_.empty() &&
           family_words(model.id) == family_;
  }

  void add_alias_targets() {
    for (const Model& alias : now_.models()) {
      if (!alias.id.starts_with('~') || !is_of_family(alias)) continue;
      if (const auto target = now_.find(alias.id)) add(*target->target, Reason::alias_target);
    }
  }

  // Those of just the same words first, then those of the same first word that can do as much; the
  // nearest by name, then the newest.
  void add_family() {
    std::vector<const Model*> members;
    for (const Model& model : now_.models()) {
      const auto words = family_words(model.id);
      const bool same_line = author_of(model.id) == author_of(gone_.id) && !family_.empty() &&
                             !words.empty() && words.front() == family_.front();
      if (same_line && (words == family_ || takes_all_of(gone_, model))) members.push_back(&model);
    }
    const auto rank = [this](const Model* model) {
      return std::tuple(family_words(model->id) == family_,
                        model->id.ends_with(":free") == gone_.id.ends_with(":free"),
                        shared_beginning(folded(model->id), folded(gone_.id)), model->created);
    };
    std::ranges::sort(members, std::ranges::greater(), rank);
    for (const Model* model : members) add(*model, Reason::same_family);
  }

  void add_nearest() {
    const auto price = weighed_price(gone_);
    if (!price) return;
    std::vector<std::pair<double, const Model*>> able;
    for (const Model& model : now_.models()) {
      const auto other = weighed_price(model);
      if (!other || !takes_all_of(gone_, model)) continue;
      // A ratio, with free and almost free side by side; a larger context breaks ties.
      constexpr double almost_free = 1e7;
      able.emplace_back(std::abs(std::log((*other + almost_free) / (*price + almost_free))),
                        &model);
    }
    std::ranges::sort(able, [](const auto& a, const auto& b) {
      return std::tuple(a.first, -a.second->created) < std::tuple(b.first, -b.second->created);
    });
    for (const auto& [distance, model] : able) add(*model, Reason::nearest);
  }

  const Model& gone_;
  const Catalogue& now_;
  std::size_t count_;
  std::vector<std::string> family_;
  std::vector<Replacement> found_;
};

// By a name that leaves no doubt: the provider's own, or the model's.
std::optional<Found> surely(const Catalogue& catalogue, std::string_view provider,
                            std::string_view name) {
  if (const auto* own = catalogue.find_offered(provider, name)) {
    return Found{.model = own, .target = own, .by = NamedBy::id, .variants = {}, .preset = {}};
  }
  const auto found = catalogue.find(name);
  return found && found->by < NamedBy::undated ? found : std::nullopt;
}

bool is_offered(const Model& model, std::string_view provider) {
  return provider.empty() ? !model.offers.empty() : Catalogue::offer_of(model, provider) != nullptr;
}

}  // namespace

std::string_view name_of(Reason reason) noexcept {
  constexpr std::array<std::string_view, 4> names{"same_model", "alias_target", "same_family",
                                                  "nearest"};
  return names[static_cast<std::size_t>(reason)];
}

std::string_view name_of(ConfiguredModel::State state) noexcept {
  constexpr std::array<std::string_view, 4> names{"available", "expiring", "gone", "unknown"};
  return names[static_cast<std::size_t>(state)];
}

std::vector<Replacement> replacements_for(const Model& gone, const Catalogue& now,
                                          std::size_t count) {
  return Search(gone, now, count).run();
}

ConfiguredModel check_configured(std::string_view name, const Catalogue& before,
                                 const Catalogue& now, std::string_view provider) {
  using State = ConfiguredModel::State;
  ConfiguredModel made;
  made.id = name;
  const auto present = surely(now, provider, name);
  if (present && is_offered(*present->target, provider)) {
    made.model = present->target;
    made.id = present->model->id;
    made.expires = present->target->expires;
    made.state = made.expires ? State::expiring : State::available;
  } else if (const auto past = surely(before, provider, name);
             past && !past->target->offers.empty()) {
    made.model = past->target;
    made.id = past->model->id;
    made.state = State::gone;
    if (present) {
      for (const auto& offer : present->target->offers) {
        made.elsewhere.push_back(offer.provider_name);
      }
    }
  } else {
    made.state = State::unknown;
    for (const auto id : now.near(name)) made.near.emplace_back(id);
    return made;
  }
  if (made.state != State::available) made.replacements = replacements_for(*made.model, now);
  return made;
}

std::string cost_shown(const Replacement& replacement) {
  const auto price = weighed_price(*replacement.model);
  if (!price) return "price unknown";
  if (*price == 0) return "free";
  if (!replacement.dearer_permille) return "not free";
  const auto permille = *replacement.dearer_permille;
  if (permille == 0) return "the same price";
  return fmt::format("{:.3g} % {}", static_cast<double>(std::abs(permille)) / 10,
                     permille > 0 ? "dearer" : "cheaper");
}

std::string warning_about(const ConfiguredModel& configured) {
  using State = ConfiguredModel::State;
  std::string made;
  switch (configured.state) {
    case State::available:
      return made;
    case State::expiring:
      made =
          fmt::format("the model {} expires on {}", configured.id, date_text(*configured.expires));
      break;
    case State::gone:
      made = fmt::format("the model {} is offered no more", configured.id);
      if (!configured.elsewhere.empty()) {
        made += fmt::format(" (but still by {})", fmt::join(configured.elsewhere, ", "));
      }
      break;
    case State::unknown:
      made = fmt::format("the model {} is not known", configured.id);
      if (!configured.near.empty()) {
        made += fmt::format("; did you mean {}?", fmt::join(configured.near, ", "));
      }
      return made;
  }
  std::vector<std::string> shown;
  shown.reserve(configured.replacements.size());
  for (const auto& one : configured.replacements) {
    shown.push_back(fmt::format("{} ({})", one.model->id, cost_shown(one)));
  }
  if (!shown.empty()) made += fmt::format("; in its place: {}", fmt::join(shown, ", "));
  return made;
}

}  // namespace tollway::catalog
