#include "commands/keys.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "base/error.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "moments.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"
#include "terminal/secret_input.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::json_text;
using terminal::Style;

constexpr const char* default_label = "default";

struct Options {
  SharedOptions shared;
  std::string provider;
  std::string label = default_label;
  std::string environment = "production";
  int weight = 1;
  bool check = false;
  bool no_verify = false;
  std::string grace = "24h";
};

struct Context {
  const Options& options;
  terminal::Console& console;
  const Installation& installation;
};

json::object described(const ApiKeyInfo& key) {
  return {
      {"id", key.id},
      {"provider", json_text(key.provider)},
      {"label", json_text(key.label)},
      {"environment", json_text(key.environment)},
      {"weight", key.weight},
      {"last_four", json_text(key.last_four)},
      {"created_at", json_text(utc_text(key.created_at))},
      {"retires_at", key.retires_at ? json_text(utc_text(*key.retires_at)) : json::value(nullptr)}};
}

std::string sentence(const ApiKeyInfo& key) {
  return fmt::format("{} {} ({}, weight {}): {}", key.provider, key.label, key.environment,
                     key.weight, key.last_four);
}

int print_key(const Context& context, const ApiKeyInfo& key) {
  if (context.console.json()) {
    context.console.print_json(json::object{{"key", described(key)}});
  } else {
    context.console.note(sentence(key));
  }
  return exit_ok;
}

int fail(const Context& context, const Error& error) {
  const int code = error.code == Errc::cancelled ? exit_interrupted : exit_failed;
  return context.console.fail(error, {}, code);
}

Result<std::shared_ptr<const Provider>> provider_with_key(const Context& context) {
  auto provider = context.installation.provider(context.options.provider);
  if (!provider || !(*provider)->info().api_key_setting.empty()) return provider;
  return client_error(Errc::bad_request,
                      fmt::format("{} takes no key", (*provider)->info().provider_name));
}

Result<> check_with_progress(const Context& context, const Provider& provider, const Secret& key) {
  const terminal::Progress progress(
      context.console, fmt::format("Asking {} about the key", provider.info().provider_name));
  return provider.check_key(key, context.installation.snapshot);
}

int add(const Context& context) {
  const auto provider = provider_with_key(context);
  if (!provider) return fail(context, provider.error());
  const auto& info = (*provider)->info();
  auto key = terminal::read_secret(fmt::format("{} API key: ", info.provider_name));
  if (!key) return fail(context, key.error());
  if (context.options.check) {
    if (const auto checked = check_with_progress(context, **provider, *key); !checked) {
      return fail(context, checked.error());
    }
  }
  const auto added =
      context.installation.settings->add_key({.provider = lower_key(info.provider_key),
                                              .label = context.options.label,
                                              .environment = context.options.environment,
                                              .weight = context.options.weight,
                                              .key = std::move(*key)});
  if (!added) return fail(context, added.error());
  // Another vendor's key, say: stored, but of no use.
  const auto availability = (*provider)->is_available(context.installation.settings->snapshot());
  if (info.is_cloud && !availability) {
    context.console.note("warning: " + availability.reason, Style::warning);
  }
  return print_key(context, *added);
}

int list(const Context& context) {
  std::string wanted;
  if (!context.options.provider.empty()) {
    const auto provider = context.installation.provider(context.options.provider);
    if (!provider) return fail(context, provider.error());
    wanted = lower_key((*provider)->info().provider_key);
  }
  const auto keys = context.installation.settings->keys(wanted);
  if (!keys) return fail(context, keys.error());
  json::array documents;
  terminal::Table table({{.title = "PROVIDER"},
                         {.title = "LABEL", .width_min = 8},
                         {.title = "KEY"},
                         {.title = "ENVIRONMENT", .leaves = 2},
                         {.title = "WEIGHT", .align = terminal::Column::Align::right, .leaves = 3},
                         {.title = "RETIRES", .leaves = 1}});
  for (const auto& key : *keys) {
    documents.push_back(described(key));
    table.add({{key.provider},
               {key.label},
               {key.last_four},
               {key.environment},
               {std::to_string(key.weight)},
               {key.retires_at ? utc_text(*key.retires_at) : "", Style::warning}});
  }
  if (context.console.json()) {
    context.console.print_json(json::object{{"keys", std::move(documents)}});
  } else if (keys->empty()) {
    context.console.note("no keys are stored; \"tollway keys add PROVIDER\" adds one", Style::dim);
  } else {
    context.console.print(table.text(context.console.out()));
  }
  return exit_ok;
}

int rotate(const Context& context) {
  const auto grace = parse_duration(context.options.grace);
  if (!grace) {
    const auto refusal = client_error(
        Errc::bad_request, fmt::format("--grace: expected a number and s, m, h or d, came \"{}\"",
                                       context.options.grace));
    return context.console.fail(refusal.error(), {}, exit_usage);
  }
  const auto provider = provider_with_key(context);
  if (!provider) return fail(context, provider.error());
  const auto& info = (*provider)->info();
  auto key = terminal::read_secret(fmt::format("New {} API key: ", info.provider_name));
  if (!key) return fail(context, key.error());
  const auto verify = [&](const Secret& candidate) -> Result<> {
    if (context.options.no_verify) return {};
    auto checked = check_with_progress(context, **provider, candidate);
    if (checked || checked.error().code != Errc::not_found) return checked;
    return client_error(Errc::not_found,
                        checked.error().message + "; --no-verify rotates all the same");
  };
  const auto rotated = context.installation.settings->rotate_key(
      lower_key(info.provider_key), context.options.label, std::move(*key), verify, *grace);
  if (!rotated) return fail(context, rotated.error());
  return print_key(context, *rotated);
}

int remove(const Context& context) {
  const auto provider = provider_with_key(context);
  if (!provider) return fail(context, provider.error());
  const std::string key = lower_key((*provider)->info().provider_key);
  const auto removed = context.installation.settings->remove_key(key, context.options.label);
  if (!removed) return fail(context, removed.error());
  if (context.console.json()) {
    context.console.print_json(json::object{
        {"removed", json::object{{"provider", key}, {"label", context.options.label}}}});
  } else {
    context.console.note(fmt::format("{} {} is removed", key, context.options.label));
  }
  return exit_ok;
}

using Action = int (*)(const Context&);

int run(const Options& options, Action action) {
  terminal::Console console(options.shared.console());
  const auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  return action({options, console, *installation});
}

struct Adder {
  CLI::App& keys;
  int& exit_code;

  CLI::App& add(const char* name, const char* description, Action action,
                const std::shared_ptr<Options>& options) const {
    CLI::App* const command = keys.add_subcommand(name, description);
    command->add_option("PROVIDER", options->provider, "A provider, such as openrouter")
        ->required(action != list);
    add_shared_options(*command, options->shared);
    command->callback([options, action, &code = exit_code] { code = run(*options, action); });
    return *command;
  }
};

void add_label(CLI::App& command, Options& options) {
  command
      .add_option("-l,--label", options.label, "Which of the provider's keys (default: default)")
      ->type_name("LABEL");
}

}  // namespace

void add_keys_command(CLI::App& app, int& exit_code) {
  CLI::App* const keys = app.add_subcommand("keys", "Keep providers' API keys, encrypted");
  keys->require_subcommand(1);
  const Adder adder{*keys, exit_code};

  auto adding = std::make_shared<Options>();
  CLI::App& add_command =
      adder.add("add", "Store a key; it is asked for, or read from standard input", add, adding);
  add_label(add_command, *adding);
  add_command
      .add_option("-e,--environment", adding->environment, "Where it is used (default: production)")
      ->type_name("ENVIRONMENT")
      ->check(CLI::IsMember({"development", "staging", "production"}));
  add_command
      .add_option("-w,--weight", adding->weight, "Its share of the load, 1 to 1000 (default: 1)")
      ->type_name("WEIGHT")
      ->check(CLI::Range(1, 1000).description(""));
  add_command.add_flag("--check", adding->check, "Store it only if the provider accepts it");

  adder.add("list", "List the stored keys by their last four characters", list,
            std::make_shared<Options>());

  auto rotating = std::make_shared<Options>();
  CLI::App& rotate_command =
      adder.add("rotate", "Put a new key in the place of an old one, once the provider accepts it",
                rotate, rotating);
  add_label(rotate_command, *rotating);
  rotate_command
      .add_option("--grace", rotating->grace,
                  "How long the old key stays usable: 90s, 15m, 24h, 7d (default: 24h)")
      ->type_name("DURATION");
  rotate_command.add_flag("--no-verify", rotating->no_verify, "Do not ask the provider");

  auto removing = std::make_shared<Options>();
  add_label(adder.add("remove", "Forget a key at once", remove, removing), *removing);
}

}  // namespace tollway
