#include "commands/names.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "catalog/store.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "provider_list.hpp"

namespace tollway {
namespace {

struct Options {
  SharedOptions shared;
  std::string kind;
};

// Shells expand what they are offered, so a name that could mean anything to one is left out.
bool is_plain(std::string_view name) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
  return !name.empty() && name.find_first_not_of(plain) == std::string_view::npos;
}

std::set<std::string> names_of(std::string_view kind, const Installation& installation) {
  std::set<std::string> names;
  if (kind == "setting") {
    for (const auto* definition : installation.settings->definitions()) {
      if (definition->visible) names.insert(definition->key);
    }
    return names;
  }
  const catalog::Store store(installation.paths.data_directory + "/catalogue");
  for (const auto& provider : installation.providers.all) {
    names.insert(kind == "provider" ? lower_key(provider->info().provider_key)
                                    : provider->info().default_model);
    if (kind != "model") continue;
    if (const auto known = known_listing(provider, store)) {
      for (const auto& model : known->models) names.insert(model.id);
    }
  }
  if (kind == "model") names.insert(installation.snapshot.text("llm.model").value_or(""));
  return names;
}

int run(const Options& options) {
  terminal::Console console(options.shared.console());
  // Whatever is wrong would be said into the middle of a line that is being typed.
  const auto installation = open_installation(options.shared, console);
  if (!installation) return exit_ok;
  for (const auto& name : names_of(options.kind, *installation)) {
    if (is_plain(name)) console.print(name + "\n");
  }
  return exit_ok;
}

}  // namespace

void add_names_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand("names", "Print the names a value may have");
  command->group("");
  command->add_option("KIND", options->kind, "What is to be named")
      ->required()
      ->check(CLI::IsMember({"provider", "setting", "model"}));
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
