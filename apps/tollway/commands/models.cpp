#include "commands/models.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <future>
#include <memory>

#include "base/error.hpp"
#include "catalog/store.hpp"
#include "commands/model_changes.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "model_list.hpp"
#include "moments.hpp"
#include "provider_list.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/safe_text.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::json_or_null;
using terminal::json_text;
using terminal::json_text_or_null;
using terminal::json_texts;
using terminal::Style;

struct Options {
  SharedOptions shared;
  ModelFilter filter;
  std::string price_max;
  std::string provider;
  bool all = false;
  std::string sort = "none";
};

struct Problem {
  std::string provider;
  Error error;
  std::optional<std::int64_t> as_of;  // of the list that is shown instead, Unix seconds
};

struct Found {
  std::vector<ModelInfo> models;
  std::vector<Problem> problems;
};

using ProviderPointer = std::shared_ptr<const Provider>;

// Whether the provider itself may be all right: its list of another day will do meanwhile.
bool is_unreachable(const Error& error) {
  return error.source == Source::upstream && error.code != Errc::address_refused &&
         error.code != Errc::unauthenticated;
}

// The list known last in the place of one that did not come.
void fall_back(const Provider& provider, const catalog::Listing& known, Error error, Found& found) {
  found.problems.push_back({provider.info().provider_name, std::move(error), known.as_of});
  std::ranges::move(models_of(known, provider), std::back_inserter(found.models));
}

// Side by side, so that the slowest decides how long it takes.
Found ask(const std::vector<ProviderPointer>& providers, const Installation& installation) {
  std::vector<std::future<Result<std::vector<ModelInfo>>>> answers;
  answers.reserve(providers.size());
  for (const auto& provider : providers) {
    answers.push_back(std::async(std::launch::async, [&installation, pointer = provider.get()] {
      return pointer->list_models(installation.snapshot);
    }));
  }
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  Found found;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto models = answers[i].get();
    if (models) {
      std::ranges::move(*models, std::back_inserter(found.models));
      continue;
    }
    const auto known = is_unreachable(models.error()) ? known_listing(providers[i], store)
                                                      : std::optional<catalog::Listing>();
    if (known) {
      fall_back(*providers[i], *known, std::move(models.error()), found);
    } else {
      found.problems.push_back({providers[i]->info().provider_name, models.error(), {}});
    }
  }
  return found;
}

Result<std::vector<ProviderPointer>> chosen(const Options& options,
                                            const Installation& installation) {
  if (!options.all) {
    auto provider = installation.provider(options.provider);
    if (!provider) return std::unexpected(provider.error());
    return std::vector<ProviderPointer>{std::move(*provider)};
  }
  std::vector<ProviderPointer> available;
  for (const auto& option :
       get_available_provider_options(installation.snapshot, installation.providers)) {
    if (auto provider = installation.provider(option.value)) available.push_back(*provider);
  }
  if (!available.empty()) return available;
  return client_error(Errc::not_configured,
                      "no provider is set up; \"tollway providers\" says what each lacks");
}

json::object described(const ModelInfo& model) {
  return {{"id", model.id},
          {"name", model.name},
          {"provider", model.provider},
          {"context_length", json_or_null(model.context_length)},
          {"max_output_tokens", json_or_null(model.max_output_tokens)},
          {"prompt_price", json_text_or_null(model.prompt_price)},
          {"completion_price", json_text_or_null(model.completion_price)},
          {"input_modalities", json_texts(model.input_modalities)},
          {"output_modalities", json_texts(model.output_modalities)},
          {"supported_parameters", json_texts(model.supported_parameters)},
          {"created", json_or_null(model.created)},
          {"loaded", json_or_null(model.loaded)}};
}

json::value moment_or_null(std::optional<std::int64_t> unix_seconds) {
  if (!unix_seconds) return nullptr;
  return json::value(utc_text(std::chrono::sys_seconds(std::chrono::seconds(*unix_seconds))));
}

void print_json(terminal::Console& console, const Found& found) {
  json::array models;
  for (const auto& model : found.models) models.push_back(described(model));
  json::array problems;
  for (const auto& problem : found.problems) {
    problems.push_back(json::object{{"provider", problem.provider},
                                    {"code", json_text(name_of(problem.error.code))},
                                    {"message", problem.error.message},
                                    {"as_of", moment_or_null(problem.as_of)}});
  }
  console.print_json(
      json::object{{"models", std::move(models)}, {"problems", std::move(problems)}});
}

void print_table(terminal::Console& console, const Found& found, bool several_providers) {
  using Align = terminal::Column::Align;
  std::vector<terminal::Column> columns{{.title = "MODEL", .width_min = 16},
                                        {.title = "IN $/M", .align = Align::right, .leaves = 1},
                                        {.title = "OUT $/M", .align = Align::right, .leaves = 1},
                                        {.title = "CONTEXT", .align = Align::right, .leaves = 2},
                                        {.title = "NAME", .width_min = 12, .leaves = 3}};
  if (several_providers) columns.insert(columns.begin(), {.title = "PROVIDER", .leaves = 4});
  terminal::Table table(std::move(columns));
  const auto price = [](const std::optional<std::string>& per_token) {
    std::string shown = price_shown(per_token);
    const Style style = shown == "free" ? Style::good : shown == "?" ? Style::dim : Style::plain;
    return Cell{std::move(shown), style};
  };
  for (const auto& model : found.models) {
    std::vector<Cell> cells{{model.id},
                            price(model.prompt_price),
                            price(model.completion_price),
                            {count_shown(model.context_length)},
                            {model.name == model.id ? "" : model.name, Style::dim}};
    if (several_providers) cells.insert(cells.begin(), {lower_key(model.provider), Style::dim});
    table.add(std::move(cells));
  }
  if (table.row_count() > 0) console.print(table.text(console.out()));
}

// "cannot connect ...; this is the list of 2026-11-20, 3 days old".
std::string described(const Problem& problem) {
  if (!problem.as_of) return problem.error.message;
  const std::chrono::sys_seconds as_of{std::chrono::seconds(*problem.as_of)};
  const auto age = std::max(std::chrono::seconds(0),
                            std::chrono::seconds(seconds_now()) - as_of.time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(age).count();
  const auto hours = std::chrono::floor<std::chrono::hours>(age).count();
  return fmt::format("{}; this is the list of {}, {} old", problem.error.message,
                     day_text(std::chrono::floor<std::chrono::days>(as_of)),
                     days == 1    ? "a day"
                     : days > 1   ? fmt::format("{} days", days)
                     : hours == 1 ? "an hour"
                     : hours > 1  ? fmt::format("{} hours", hours)
                                  : "less than an hour");
}

int run(Options& options) {
  terminal::Console console(options.shared.console());
  if (!options.price_max.empty()) {
    const auto price = Money::parse(options.price_max);
    if (!price) {
      Error refusal = price.error();
      refusal.message.insert(0, "--max-price: ");
      return console.fail(refusal, {}, exit_usage);
    }
    options.filter.price_max = *price;
  }
  auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  terminal::Progress progress(console, "Asking for models");
  const auto providers = chosen(options, *installation);
  Found found;
  if (providers) found = ask(*providers, *installation);
  progress.stop();
  if (!providers) return console.fail(providers.error());
  const bool all_failed = found.problems.size() == providers->size() &&
                          std::ranges::none_of(found.problems, [](const auto& problem) {
                            return problem.as_of.has_value();
                          });
  if (all_failed) return console.fail(found.problems.front().error);
  const bool had_models = !found.models.empty();
  const auto order = options.sort == "price"     ? ModelOrder::price
                     : options.sort == "context" ? ModelOrder::context
                     : options.sort == "created" ? ModelOrder::created
                     : options.sort == "name"    ? ModelOrder::name
                                                 : ModelOrder::none;
  found.models = selected(std::move(found.models), options.filter, order);
  if (console.json()) {
    print_json(console, found);
    return exit_ok;
  }
  print_table(console, found, providers->size() > 1);
  for (const auto& problem : found.problems) {
    console.note(fmt::format("{}: {}", problem.provider, described(problem)), Style::warning);
  }
  if (found.models.empty()) {
    console.note(had_models ? "no model passes these filters" : "the list is empty", Style::dim);
  }
  return exit_ok;
}

}  // namespace

void add_models_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("models", "List a provider's models with their prices");
  command->add_option("WORD", options->filter.words, "Words that id or name must hold, all of them")
      ->expected(-1);
  command->add_option("-p,--provider", options->provider, "Provider (default: llm.provider)")
      ->type_name("PROVIDER");
  command->add_flag("-a,--all", options->all, "Ask every provider that is set up");
  command->add_flag("--free", options->filter.free, "Only those that cost nothing");
  command
      ->add_option("--max-price", options->price_max,
                   "Dollars a million tokens may cost, prompt and completion each")
      ->type_name("DOLLARS");
  command->add_option("--min-context", options->filter.context_min, "Tokens the context must hold")
      ->type_name("TOKENS")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--modality", options->filter.modality,
                   "What it must take or give: text, image, audio ...")
      ->type_name("MODALITY");
  command
      ->add_option(
          "--sort", options->sort,
          "Cheapest, largest context, name or newest first (default: as the provider has it)")
      ->type_name("ORDER")
      ->check(CLI::IsMember({"price", "context", "name", "created"}));
  add_shared_options(*command, options->shared);
  add_model_changes_command(*command, exit_code);
  command->callback([options, command, &exit_code] {
    if (command->get_subcommands().empty()) exit_code = run(*options);
  });
}

}  // namespace tollway
