#include "commands/reconcile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <memory>

#include "base/error.hpp"
#include "catalog/catalogue.hpp"
#include "catalog/store.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "moments.hpp"
#include "provider_list.hpp"
#include "spending/generation_check.hpp"
#include "spending/reconciliation.hpp"
#include "spending/usage.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using spending::Comparison;
using spending::Days;
using spending::Figures;
using spending::Tolerance;
using terminal::Style;
using Align = terminal::Column::Align;

constexpr int days_kept = 30;  // by OpenRouter, those that are over

struct Options {
  SharedOptions shared;
  spending::DayOptions days;
  std::string tolerance = "1%";
  std::string key_hash;
  std::vector<std::string> generations;
  bool all = false;
};

int usage_error(terminal::Console& console, std::string message) {
  return console.fail(client_error(Errc::bad_request, std::move(message)).error(), {}, exit_usage);
}

Result<Days> days_asked_for(const spending::DayOptions& options) {
  const Days kept{.from = spending::today() - std::chrono::days(days_kept),
                  .until = spending::today() - std::chrono::days(1)};
  const auto days = spending::days_of(options, kept);
  if (!days || (days->from >= kept.from && days->until <= kept.until)) return days;
  return client_error(
      Errc::bad_request,
      fmt::format("OpenRouter tells of the last 30 days that are over, in UTC: expected days from "
                  "{} to {}, came {} to {}",
                  day_text(kept.from), day_text(kept.until), day_text(days->from),
                  day_text(days->until)));
}

// By the list of models known last: names with dates and variants are those of their model.
spending::NameOf names_by_catalogue(const Installation& installation) {
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  std::optional<catalog::Listing> listing;
  if (const auto provider = installation.provider("openrouter")) {
    listing = known_listing(*provider, store);
  }
  const catalog::Listing& known = listing ? *listing : catalog::built_in_listing();
  const auto catalogue = std::make_shared<const catalog::Catalogue>(std::span(&known, 1));
  return [catalogue](std::string_view name) {
    const auto found = catalogue->find(name);
    return std::string(found && found->by <= catalog::NamedBy::alias ? found->target->id : name);
  };
}

json::value described(const std::optional<Figures>& figures, bool of_ledger) {
  if (!figures) return nullptr;
  json::object made{{"requests", figures->requests},
                    {"input_tokens", figures->input},
                    {"output_tokens", figures->output},
                    {"cost", figures->cost.to_string()},
                    {"byok_cost", figures->byok.to_string()}};
  if (of_ledger) made["unknown"] = figures->unknown;
  if (of_ledger) made["estimated"] = figures->estimated;
  return made;
}

json::object described(const Comparison& row) {
  return {{"state", terminal::json_text(row.state())},
          {"ledger", described(row.ledger, true)},
          {"openrouter", described(row.openrouter, false)},
          {"difference", row.difference().to_string()},
          {"byok_difference", row.byok_difference().to_string()}};
}

void print_json(terminal::Console& console, const std::vector<Comparison>& rows, const Days& days,
                const Tolerance& tolerance, bool agrees) {
  json::array list;
  for (const auto& row : rows) {
    json::object named{{"day", day_text(row.day)}, {"model", row.model}};
    for (auto& [name, value] : described(row)) named[name] = std::move(value);
    list.push_back(std::move(named));
  }
  console.print_json(json::object{{"agrees", agrees},
                                  {"tolerance", tolerance.text()},
                                  {"from", day_text(days.from)},
                                  {"to", day_text(days.until)},
                                  {"rows", std::move(list)},
                                  {"total", described(total_of(rows, tolerance))}});
}

std::string amount_shown(const std::optional<Figures>& figures) {
  if (!figures) return "none";
  std::string text =
      fmt::format("{}${}", figures->estimated > 0 ? "~" : "", figures->cost.to_string());
  if (figures->byok.nanodollars != 0) text += fmt::format(" + ${} own", figures->byok.to_string());
  if (figures->unknown > 0) text += fmt::format(" + {} unknown", figures->unknown);
  return text;
}

std::string difference_shown(const Comparison& row) {
  const auto byok = row.byok_difference();
  std::string text = spending::difference_shown(row.difference());
  if (byok.nanodollars != 0) text += ", " + spending::difference_shown(byok) + " own";
  return text;
}

void print_table(terminal::Console& console, const std::vector<Comparison>& rows,
                 const Tolerance& tolerance, bool all) {
  terminal::Table table({{.title = "DAY", .width_min = 10},
                         {.title = "MODEL", .width_min = 12},
                         {.title = "CALLS", .align = Align::right, .leaves = 1},
                         {.title = "LEDGER", .align = Align::right},
                         {.title = "CALLS", .align = Align::right, .leaves = 2},
                         {.title = "OPENROUTER", .align = Align::right},
                         {.title = "DIFFERENCE", .align = Align::right}});
  const auto add = [&](std::string day, const std::string& model, const Comparison& row) {
    const auto calls = [](const std::optional<Figures>& figures) {
      return figures ? std::to_string(figures->requests) : std::string();
    };
    table.add({{std::move(day)},
               {model},
               {calls(row.ledger)},
               {amount_shown(row.ledger), row.ledger ? Style::plain : Style::warning},
               {calls(row.openrouter)},
               {amount_shown(row.openrouter), row.openrouter ? Style::plain : Style::warning},
               {difference_shown(row), row.agrees ? Style::good : Style::bad}});
  };
  for (const auto& row : rows) {
    if (all || !row.agrees) add(day_text(row.day), row.model, row);
  }
  add("together", "", total_of(rows, tolerance));
  console.print(table.text(console.out()));
}

// What OpenRouter has of these days; one day alone is asked for alone.
Result<std::vector<spending::ActivityRow>> activity_of(terminal::Console& console,
                                                       const Installation& installation,
                                                       const Days& days, const Options& options) {
  terminal::Progress progress(console, "Asking OpenRouter");
  spending::ActivityQuery query{.day = {}, .key_hash = options.key_hash};
  if (days.from == days.until) query.day = days.from;
  return spending::fetch_activity(installation, query);
}

int compare_days(terminal::Console& console, const Options& options, const Tolerance& tolerance,
                 const Installation& installation, ledger::Reports& reports) {
  const auto days = days_asked_for(options.days);
  if (!days) return usage_error(console, days.error().message);
  const auto used = reports.usage({.from = days->from.time_since_epoch().count(),
                                   .until = days->until.time_since_epoch().count(),
                                   .by_time = true,
                                   .by_provider = true,
                                   .by_model = true,
                                   .key = {}});
  if (!used) return console.fail(used.error());
  const auto activity = activity_of(console, installation, *days, options);
  if (!activity) return console.fail(activity.error());
  const auto rows =
      spending::reconcile(*used, *activity, *days, tolerance, names_by_catalogue(installation));
  const auto differing = std::ranges::count(rows, false, &Comparison::agrees);
  const int exit_code = differing == 0 ? exit_ok : exit_disagrees;
  if (console.json()) {
    print_json(console, rows, *days, tolerance, differing == 0);
    return exit_code;
  }
  if (rows.empty()) {
    console.note("neither the ledger nor OpenRouter knows of a call on these days", Style::dim);
    return exit_code;
  }
  print_table(console, rows, tolerance, options.all);
  console.note(fmt::format("{} of {} models' days agree within {}, from {} to {} in UTC",
                           static_cast<std::ptrdiff_t>(rows.size()) - differing, rows.size(),
                           tolerance.text(), day_text(days->from), day_text(days->until)),
               differing == 0 ? Style::good : Style::warning);
  return exit_code;
}

int run(const Options& options) {
  terminal::Console console(options.shared.console());
  const auto tolerance = Tolerance::parse(options.tolerance);
  if (!tolerance) return usage_error(console, tolerance.error().message);
  if (!std::ranges::all_of(options.key_hash, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      })) {
    return usage_error(console, fmt::format("--key-hash: expected hexadecimal digits as "
                                            "OpenRouter shows them, came \"{}\"",
                                            options.key_hash));
  }
  for (const auto& id : options.generations) {
    if (spending::is_generation_id(id)) continue;
    return usage_error(console,
                       fmt::format("--generation: expected an id such as gen-1790000000-abc or "
                                   "req-..., came \"{}\"",
                                   id));
  }
  auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  const auto path = spending::ledger_in(installation->paths);
  if (!path) return console.fail(path.error());
  auto reports = ledger::Reports::open(*path);
  if (!reports) return console.fail(reports.error());
  if (options.generations.empty()) {
    return compare_days(console, options, *tolerance, *installation, **reports);
  }
  return spending::check_generations(console, options.generations, *tolerance, *installation,
                                     **reports);
}

}  // namespace

void add_reconcile_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("reconcile", "Hold the ledger against what OpenRouter says was used");
  spending::add_day_options(*command, options->days, "yesterday");
  command
      ->add_option("--tolerance", options->tolerance,
                   "How far amounts may be apart: 1% of the larger, or 0.05 dollars (default: 1%)")
      ->type_name("AMOUNT");
  command
      ->add_option("--key-hash", options->key_hash,
                   "Only what was used with OpenRouter's key of this hash, as it shows it")
      ->type_name("HASH");
  command->add_flag("-a,--all", options->all, "Show what agrees, too");
  command
      ->add_option("--generation", options->generations,
                   "Compare single calls, by OpenRouter's id or the gateway's; no management key "
                   "is needed")
      ->type_name("ID")
      ->expected(1)
      ->take_all();
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
