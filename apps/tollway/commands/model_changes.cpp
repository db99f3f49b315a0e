#include "commands/model_changes.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <memory>

#include "base/decimal.hpp"
#include "base/error.hpp"
#include "catalog/change_json.hpp"
#include "catalog/rows.hpp"
#include "catalog/store.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "model_list.hpp"
#include "provider_list.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using catalog::Catalogue;
using catalog::Change;
using catalog::ChangesFound;
using catalog::Listing;
using terminal::Style;

struct Options {
  SharedOptions shared;
  std::string provider;
  std::string before;
  std::string after;
};

// Two lists and the history between the older ones.
struct Compared {
  std::unique_ptr<Catalogue> before;
  std::unique_ptr<Catalogue> after;
  std::vector<ChangesFound> found;  // the oldest first
  std::optional<Error> offline;     // why the newer list is not today's
};

std::unique_ptr<Catalogue> catalogue_of(const Listing& listing) {
  return std::make_unique<Catalogue>(std::span(&listing, 1));
}

Result<Listing> listing_in(const std::string& path, const providers::Description& description) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return client_error(Errc::not_found, fmt::format("cannot read {}", path));
  const std::string body(std::istreambuf_iterator<char>(file), {});
  auto listing = catalog::read_listing(description, body, seconds_now());
  if (!listing) {
    return client_error(
        Errc::bad_request,
        fmt::format("{} is no list of models: expected an answer to GET models", path));
  }
  return listing;
}

void keep(const catalog::Store& store, std::string_view provider, const catalog::KeptList& list,
          const ChangesFound& found) {
  std::ignore = store.write_list(provider, list);
  if (!found.changes.empty()) std::ignore = store.append(found);
}

Result<Compared> compare_with_today(const std::shared_ptr<const Provider>& provider,
                                    const Installation& installation) {
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  const auto before = known_listing(provider, store);
  Compared compared;
  compared.found = store.history();
  const auto list = fetch_list(provider, installation.snapshot);
  if (!list) {
    if (!before) return std::unexpected(list.error());
    compared.offline = list.error();
    compared.before = catalogue_of(*before);
    compared.after = catalogue_of(*before);
    return compared;
  }
  const auto description = description_of(provider);
  const auto after = catalog::read_listing(*description, list->body, list->fetched_at);
  if (!after) return std::unexpected(after.error());
  compared.after = catalogue_of(*after);
  compared.before = catalogue_of(before ? *before : *after);
  ChangesFound found{.at = list->fetched_at,
                     .changes = changes_between(*compared.before, *compared.after)};
  keep(store, description->key, *list, found);
  if (!found.changes.empty()) compared.found.push_back(std::move(found));
  return compared;
}

Result<Compared> compare_files(const Options& options,
                               const std::shared_ptr<const Provider>& provider,
                               const Installation& installation) {
  const auto description = description_of(provider);
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  const auto before = listing_in(options.before, *description);
  if (!before) return std::unexpected(before.error());
  Compared compared;
  compared.before = catalogue_of(*before);
  if (!options.after.empty()) {
    const auto after = listing_in(options.after, *description);
    if (!after) return std::unexpected(after.error());
    compared.after = catalogue_of(*after);
  } else {
    const auto known = known_listing(provider, store);
    compared.after = catalogue_of(known ? *known : *before);
  }
  compared.found.push_back(
      {.at = seconds_now(), .changes = changes_between(*compared.before, *compared.after)});
  return compared;
}

std::string price_shown_of(catalog::PriceKey key, const std::optional<std::int64_t>& price) {
  if (!price) return "none";
  constexpr int per_million_places = 9;
  constexpr int dollars_places = 15;
  if (*price == 0) return "free";
  return "$" + format_decimal(*price, is_per_token(key) ? per_million_places : dollars_places);
}

// What the price is bound to: "completion above 200000".
std::string named(const catalog::PriceChange& price) {
  std::string name(name_of(price.key));
  if (price.above_prompt_tokens) name += fmt::format(" above {}", *price.above_prompt_tokens);
  if (!price.daily) return name;
  return name + fmt::format(" {:04}-{:04} UTC", catalog::clock_number(price.daily->start),
                            catalog::clock_number(price.daily->end));
}

// "prompt $0.45 -> $0.5, completion ..."; of one that came or went, what it costs.
std::string details_of(const Change& change) {
  using Kind = Change::Kind;
  std::vector<std::string> parts;
  const bool moved = change.kind == Kind::added || change.kind == Kind::removed;
  for (const auto& price : change.prices) {
    const bool main_price =
        price.key == catalog::PriceKey::prompt || price.key == catalog::PriceKey::completion;
    if (moved && !main_price) continue;
    const auto& only = price.after ? price.after : price.before;
    parts.push_back(moved ? fmt::format("{} {}", named(price), price_shown_of(price.key, only))
                          : fmt::format("{} {} -> {}", named(price),
                                        price_shown_of(price.key, price.before),
                                        price_shown_of(price.key, price.after)));
  }
  if (change.kind == Kind::context) {
    parts.push_back(fmt::format("{} -> {}", count_shown(change.context_before),
                                count_shown(change.context_after)));
  }
  if (change.kind == Kind::offer_added || change.kind == Kind::offer_removed) {
    parts.push_back("by " + change.provider);
  }
  if (change.expires) parts.push_back("expires on " + catalog::date_text(*change.expires));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string date_of(std::int64_t unix_seconds) {
  return catalog::date_text(std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(unix_seconds))));
}

Style style_of(Change::Kind kind) {
  using Kind = Change::Kind;
  if (kind == Kind::removed || kind == Kind::offer_removed || kind == Kind::price_up ||
      kind == Kind::expiring) {
    return Style::warning;
  }
  return kind == Kind::added || kind == Kind::price_down ? Style::good : Style::plain;
}

void print_table(terminal::Console& console, const Compared& compared) {
  terminal::Table table({{.title = "SEEN", .leaves = 1},
                         {.title = "CHANGE"},
                         {.title = "MODEL", .width_min = 16},
                         {.title = "DETAILS ($/M tokens)", .width_min = 12, .leaves = 2}});
  for (const auto& found : compared.found) {
    for (const auto& change : found.changes) {
      table.add({{date_of(found.at), Style::dim},
                 {std::string(name_of(change.kind)), style_of(change.kind)},
                 {change.model},
                 {details_of(change), Style::dim}});
    }
  }
  if (table.row_count() > 0) {
    console.print(table.text(console.out()));
  } else {
    console.note("nothing has changed", Style::dim);
  }
}

void print_json(terminal::Console& console, const Compared& compared,
                const catalog::ConfiguredModel& configured) {
  json::array changes;
  for (const auto& found : compared.found) {
    for (const auto& change : found.changes) {
      json::object row = change_json(change);
      row["at"] = found.at;
      changes.push_back(std::move(row));
    }
  }
  console.print_json(
      json::object{{"changes", std::move(changes)},
                   {"configured", configured_json(configured)},
                   {"offline", compared.offline ? json::value(compared.offline->message)
                                                : json::value(nullptr)}});
}

int run(const Options& options) {
  terminal::Console console(options.shared.console());
  auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  const auto provider = installation->provider(options.provider);
  if (!provider) return console.fail(provider.error());
  terminal::Progress progress(console, "Asking for models");
  const auto compared = options.before.empty() ? compare_with_today(*provider, *installation)
                                               : compare_files(options, *provider, *installation);
  progress.stop();
  if (!compared) return console.fail(compared.error());
  const std::string set = installation->snapshot.text("llm.model").value_or("");
  const std::string& model = set.empty() ? (*provider)->info().default_model : set;
  const auto configured = check_configured(model, *compared->before, *compared->after);
  if (console.json()) {
    print_json(console, *compared, configured);
    return exit_ok;
  }
  print_table(console, *compared);
  if (compared->offline) {
    console.note(fmt::format("{}; this is what was known before", compared->offline->message),
                 Style::warning);
  }
  if (const auto warning = warning_about(configured); !warning.empty()) {
    console.note("warning: " + warning, Style::warning);
  }
  return exit_ok;
}

}  // namespace

void add_model_changes_command(CLI::App& models, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = models.add_subcommand(
      "changes", "Models that came, went, expire, or have another price or context");
  command->add_option("-p,--provider", options->provider, "Provider (default: llm.provider)")
      ->type_name("PROVIDER");
  CLI::Option* const before =
      command
          ->add_option("--before", options->before,
                       "An answer to GET models to compare with (default: the list known last)")
          ->type_name("FILE");
  command
      ->add_option("--after", options->after,
                   "Another one, newer (default: with --before the list known last, else today's)")
      ->type_name("FILE")
      ->needs(before);
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
