#include "commands/settings.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <functional>
#include <memory>

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "setting_value.hpp"
#include "terminal/safe_text.hpp"
#include "terminal/secret_input.hpp"
#include "terminal/table.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::Cell;
using terminal::Style;

struct Options {
  SharedOptions shared;
  std::string key;
  std::optional<std::string> value;
  std::string prefix;
  bool set_only = false;
  bool allow_private = false;
};

struct Context {
  const Options& options;
  terminal::Console& console;
  Installation& installation;
};

Result<const SettingDefinition*> definition_of(const Context& context) {
  const auto& settings = *context.installation.settings;
  if (const auto* const found = settings.definition(context.options.key)) return found;
  std::vector<std::string_view> keys;
  for (const auto* const definition : settings.definitions()) keys.push_back(definition->key);
  return client_error(Errc::not_found,
                      fmt::format("no setting is called {}.{}", context.options.key,
                                  did_you_mean(context.options.key, keys)));
}

void print_setting(const Context& context, const SettingDefinition& definition) {
  const auto snapshot = context.installation.settings->snapshot();
  if (context.console.json()) {
    context.console.print_json(setting_json(definition, snapshot));
  } else {
    const std::string shown = value_shown(definition, snapshot);
    context.console.print(terminal::safe_line(shown) + "\n");
  }
}

int list(const Context& context) {
  const auto& snapshot = context.installation.snapshot;
  json::array settings;
  terminal::Table table({{.title = "KEY", .width_min = 16},
                         {.title = "VALUE", .width_min = 8},
                         {.title = "FROM", .width_min = 8, .leaves = 1}});
  for (const auto* const definition : context.installation.settings->definitions()) {
    const bool wanted = definition->key.starts_with(context.options.prefix) &&
                        (!context.options.set_only || snapshot.is_set(definition->key));
    if (!wanted || !definition->visible) continue;
    if (context.console.json()) {
      settings.push_back(setting_json(*definition, snapshot));
      continue;
    }
    const std::string value = value_shown(*definition, snapshot);
    const bool is_set = snapshot.is_set(definition->key);
    const std::string lock = snapshot.is_locked(definition->key) ? " (locked)" : "";
    table.add({{definition->key},
               {value.empty() ? "not set" : value, value.empty() ? Style::dim : Style::plain},
               {is_set ? snapshot.source(definition->key) + lock : "default", Style::dim}});
  }
  if (context.console.json()) {
    context.console.print_json(json::object{{"settings", std::move(settings)}});
  } else {
    context.console.print(table.text(context.console.out()));
  }
  return exit_ok;
}

int get(const Context& context) {
  const auto definition = definition_of(context);
  if (!definition) return context.console.fail(definition.error());
  const auto& snapshot = context.installation.snapshot;
  const bool has_value = is_secret(**definition) ? snapshot.secret((*definition)->key) != nullptr
                                                 : snapshot.text((*definition)->key).has_value();
  if (!has_value && !context.console.json()) {
    context.console.note(fmt::format("{} is not set", (*definition)->key));
    return exit_failed;
  }
  print_setting(context, **definition);
  return exit_ok;
}

int origin(const Context& context) {
  const auto definition = definition_of(context);
  if (!definition) return context.console.fail(definition.error());
  const auto& key = (*definition)->key;
  const auto& snapshot = context.installation.snapshot;
  if (context.console.json()) {
    context.console.print_json(setting_json(**definition, snapshot));
    return exit_ok;
  }
  const std::string source = snapshot.source(key);
  context.console.print(fmt::format("{}{}{}\n", name_of(snapshot.origin(key)),
                                    source.empty() ? "" : ": " + terminal::safe_line(source),
                                    snapshot.is_locked(key) ? " (locked)" : ""));
  return exit_ok;
}

// A secret as an argument stands in the shell's history and in every user's list of processes.
Result<Secret> new_value(const Context& context, const SettingDefinition& definition) {
  const auto& given = context.options.value;
  if (!is_secret(definition)) {
    if (given) return Secret(*given);
    return client_error(
        Errc::bad_request,
        fmt::format("expected a value: tollway settings set {} VALUE", definition.key));
  }
  if (!given) return terminal::read_secret(fmt::format("{}: ", definition.name));
  context.console.note(
      "warning: a secret on the command line can be seen by others and stays in the shell's "
      "history; leave it away to be asked, or pipe it in",
      Style::warning);
  return Secret(*given);
}

int set(const Context& context) {
  const auto definition = definition_of(context);
  if (!definition) return context.console.fail(definition.error());
  auto& settings = *context.installation.settings;
  if (context.installation.snapshot.is_locked((*definition)->key)) {
    const auto refusal = client_error(
        Errc::forbidden, fmt::format("{} is fixed by {}; change it there", (*definition)->key,
                                     context.installation.snapshot.source((*definition)->key)));
    return context.console.fail(refusal.error());
  }
  const auto value = new_value(context, **definition);
  if (!value) return context.console.fail(value.error());
  const auto written =
      settings.set((*definition)->key, value->reveal(), context.options.allow_private);
  if (!written) return context.console.fail(written.error());
  if (context.console.json() || is_secret(**definition)) print_setting(context, **definition);
  return exit_ok;
}

int unset(const Context& context) {
  const auto definition = definition_of(context);
  if (!definition) return context.console.fail(definition.error());
  const auto removed = context.installation.settings->unset((*definition)->key);
  if (!removed) return context.console.fail(removed.error());
  if (context.console.json()) print_setting(context, **definition);
  return exit_ok;
}

int rotate_master_key(const Context& context) {
  const auto rotated = context.installation.settings->rotate_master_key();
  if (!rotated) return context.console.fail(rotated.error());
  if (context.console.json()) {
    context.console.print_json(json::object{{"rotated", true}});
  } else {
    context.console.note("every secret is encrypted under a new master key");
  }
  return exit_ok;
}

using Action = int (*)(const Context&);

int run(const Options& options, Action action) {
  terminal::Console console(options.shared.console());
  auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  return action({options, console, *installation});
}

struct Adder {
  CLI::App& settings;
  int& exit_code;

  CLI::App& add(const char* name, const char* description, Action action,
                const std::shared_ptr<Options>& options, bool with_key) const {
    CLI::App* const command = settings.add_subcommand(name, description);
    if (with_key) {
      command->add_option("KEY", options->key, "A setting, such as llm.model")->required();
    }
    add_shared_options(*command, options->shared);
    command->callback([options, action, &code = exit_code] { code = run(*options, action); });
    return *command;
  }
};

}  // namespace

void add_settings_command(CLI::App& app, int& exit_code) {
  CLI::App* const settings =
      app.add_subcommand("settings", "Show and change settings and where they come from");
  settings->require_subcommand(1);
  const Adder adder{*settings, exit_code};

  auto listing = std::make_shared<Options>();
  CLI::App& list_command = adder.add("list", "List all settings", list, listing, false);
  list_command.add_option("PREFIX", listing->prefix,
                          "Only keys that begin so, such as llm.openrouter");
  list_command.add_flag("--set", listing->set_only, "Only those that were given a value");

  adder.add("get", "Print one value; of a secret, its last four characters", get,
            std::make_shared<Options>(), true);

  auto setting = std::make_shared<Options>();
  CLI::App& set_command = adder.add(
      "set", "Write a value to the store; secrets are asked for or read from standard input", set,
      setting, true);
  set_command.add_option("VALUE", setting->value, "The new value; not for secrets");
  set_command.add_flag("--allow-private", setting->allow_private,
                       "Let a base URL lead to a private or loopback address");

  adder.add("unset", "Remove a value from the store", unset, std::make_shared<Options>(), true);
  adder.add("origin", "Say where a value comes from", origin, std::make_shared<Options>(), true);
  adder.add("rotate-master-key", "Encrypt every secret anew under a new master key",
            rotate_master_key, std::make_shared<Options>(), false);
}

}  // namespace tollway
