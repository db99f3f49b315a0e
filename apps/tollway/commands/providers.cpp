#include "commands/providers.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <future>
#include <memory>

#include "commands/shared_options.hpp"
#include "gateway_health.hpp"
#include "installation.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::json_or_null;
using terminal::json_text;
using terminal::Style;
using Clock = std::chrono::steady_clock;

struct Options {
  SharedOptions shared;
  std::string provider;
  bool check = false;
  bool health = false;
  std::string gateway;  // URL; empty: where the settings say that it listens
};

// What a list of models told about the way to a provider.
struct Check {
  std::optional<Error> error;
  std::chrono::milliseconds duration{};
};

struct State {
  std::shared_ptr<const Provider> provider;
  Availability availability;
  std::optional<Check> check;
};

Check check(const Provider& provider, const SettingsSnapshot& settings) {
  const auto begin = Clock::now();
  const auto models = provider.list_models(settings);
  Check made;
  made.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  if (!models) made.error = models.error();
  return made;
}

// With --check, providers that lack their key are left alone: there is nothing to be learnt.
State state_of(std::shared_ptr<const Provider> provider, const SettingsSnapshot& settings,
               bool checked) {
  State state;
  state.availability = provider->is_available(settings);
  const bool has_place = state.availability.available || !provider->info().is_cloud;
  if (checked && has_place) state.check = check(*provider, settings);
  state.provider = std::move(provider);
  return state;
}

std::vector<State> states_of(const std::vector<std::shared_ptr<const Provider>>& providers,
                             const SettingsSnapshot& settings, bool checked) {
  std::vector<std::future<State>> asked;
  asked.reserve(providers.size());
  for (const auto& provider : providers) {
    asked.push_back(std::async(std::launch::async, [&settings, provider, checked] {
      return state_of(provider, settings, checked);
    }));
  }
  std::vector<State> states;
  states.reserve(asked.size());
  for (auto& answer : asked) states.push_back(answer.get());
  return states;
}

json::value optional_source(const ProviderInfo& info, const SettingsSnapshot& settings) {
  if (info.api_key_setting.empty() || !settings.is_set(info.api_key_setting)) return nullptr;
  return json_text(settings.source(info.api_key_setting));
}

json::object described(const State& state, const SettingsSnapshot& settings) {
  const auto& info = state.provider->info();
  const auto& availability = state.availability;
  json::object made{
      {"key", lower_key(info.provider_key)},
      {"name", info.provider_name},
      {"location", info.is_cloud ? "cloud" : "local"},
      {"key_setting",
       info.api_key_setting.empty() ? json::value(nullptr) : json::value(info.api_key_setting)},
      {"key_set",
       !info.api_key_setting.empty() && settings.secret(info.api_key_setting) != nullptr},
      {"key_source", optional_source(info, settings)},
      {"available", availability.available},
      {"reason", availability.reason},
      {"queued", json_or_null(availability.queued)},
      {"loading", json_or_null(availability.loading)}};
  if (!state.check) return made;
  const auto& error = state.check->error;
  made["check"] =
      json::object{{"ok", !error.has_value()},
                   {"code", error ? json_text(name_of(error->code)) : json::value(nullptr)},
                   {"message", error ? json::value(error->message) : json::value(nullptr)},
                   {"duration_ms", state.check->duration.count()}};
  return made;
}

Cell key_cell(const ProviderInfo& info, const SettingsSnapshot& settings) {
  if (info.api_key_setting.empty()) return {"none needed", Style::dim};
  if (settings.secret(info.api_key_setting) == nullptr) return {"not set", Style::dim};
  return {settings.source(info.api_key_setting), Style::good};
}

std::string load_of(const Availability& availability) {
  std::string load;
  if (availability.loading.value_or(false)) load += ", loading a model";
  if (availability.queued.value_or(0) > 0)
    load += fmt::format(", {} waiting", *availability.queued);
  return load;
}

Cell state_cell(const State& state) {
  if (state.check) {
    const auto& [error, duration] = *state.check;
    if (error) return {fmt::format("{}: {}", name_of(error->code), error->message), Style::bad};
    return {fmt::format("answers in {} ms{}", duration.count(), load_of(state.availability)),
            Style::good};
  }
  if (!state.availability) return {state.availability.reason, Style::dim};
  return {"ready" + load_of(state.availability), Style::good};
}

void print_table(terminal::Console& console, const std::vector<State>& states,
                 const SettingsSnapshot& settings) {
  terminal::Table table({{.title = "KEY"},
                         {.title = "NAME", .width_min = 8, .leaves = 3},
                         {.title = "WHERE", .leaves = 2},
                         {.title = "API KEY", .width_min = 8, .leaves = 1},
                         {.title = "STATE", .width_min = 10}});
  for (const auto& state : states) {
    const auto& info = state.provider->info();
    table.add({{lower_key(info.provider_key)},
               {info.provider_name},
               {info.is_cloud ? "Cloud" : "Local"},
               key_cell(info, settings),
               state_cell(state)});
  }
  console.print(table.text(console.out()));
}

void print_json(terminal::Console& console, const std::vector<State>& states,
                const Installation& installation) {
  json::array providers;
  for (const auto& state : states) providers.push_back(described(state, installation.snapshot));
  json::array problems;
  for (const auto& problem : installation.providers.problems) {
    problems.push_back(json::object{{"path", problem.path}, {"message", problem.message}});
  }
  console.print_json(
      json::object{{"providers", std::move(providers)}, {"problems", std::move(problems)}});
}

int run(const Options& options) {
  terminal::Console console(options.shared.console());
  const auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  if (options.health) return show_health(console, *installation, options.gateway);
  auto providers = installation->providers.all;
  if (!options.provider.empty()) {
    auto one = installation->provider(options.provider);
    if (!one) return console.fail(one.error());
    providers = {std::move(*one)};
  }
  terminal::Progress progress(console, "Asking providers");
  const auto states = states_of(providers, installation->snapshot, options.check);
  progress.stop();
  if (console.json()) {
    print_json(console, states, *installation);
  } else {
    print_table(console, states, installation->snapshot);
    for (const auto& problem : installation->providers.problems) {
      console.note(fmt::format("broken descriptor: {}", problem.message), Style::warning);
    }
  }
  // A local server that does not run is no fault, unless it was asked for by name.
  for (const auto& state : states) {
    const bool asked_for = !options.provider.empty() || state.provider->info().is_cloud;
    if (state.check && state.check->error && asked_for) return exit_failed;
  }
  return exit_ok;
}

}  // namespace

void add_providers_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("providers", "List the providers and what each still needs");
  command->add_option("PROVIDER", options->provider, "One provider only");
  command->add_flag("--check", options->check,
                    "Ask those that are set up for their models, with the key that is set");
  command->add_flag(
      "--health", options->health,
      "Ask the running gateway how each endpoint did in the last 30 seconds, 5 minutes "
      "and 30 minutes");
  command
      ->add_option("--gateway", options->gateway,
                   "The gateway that --health asks, with the key in TOLLWAY_GATEWAY_KEY "
                   "(default: where the settings say that it listens)")
      ->type_name("URL");
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
