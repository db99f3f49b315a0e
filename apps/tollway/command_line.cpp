#include "command_line.hpp"

#include <fmt/format.h>
#include <langinfo.h>

#include <algorithm>
#include <clocale>
#include <csignal>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "commands/chat.hpp"
#include "commands/completions.hpp"
#include "commands/cost.hpp"
#include "commands/doctor.hpp"
#include "commands/explain.hpp"
#include "commands/keys.hpp"
#include "commands/ledger.hpp"
#include "commands/man.hpp"
#include "commands/models.hpp"
#include "commands/names.hpp"
#include "commands/providers.hpp"
#include "commands/reconcile.hpp"
#include "commands/replay.hpp"
#include "commands/serve.hpp"
#include "commands/settings.hpp"
#include "commands/usage.hpp"
#include "exit_codes.hpp"
#include "sqlite/database_file.hpp"
#include "terminal/console.hpp"
#include "terminal/safe_text.hpp"

namespace tollway {
namespace {

constexpr std::size_t suggestions_max = 3;

struct Misunderstanding {
  std::string message;
  std::vector<std::string> suggestions;
};

// The command that the words led to before they stopped making sense.
const CLI::App& deepest(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().back();
  return *command;
}

std::string path_of(const CLI::App& command) {
  if (command.get_parent() == nullptr) return command.get_name();
  return path_of(*command.get_parent()) + " " + command.get_name();
}

std::vector<std::string> names_near(std::string_view word, const CLI::App& command) {
  std::vector<std::string> names;
  if (word.starts_with('-')) {
    for (const CLI::Option* option : command.get_options()) {
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    }
  } else {
    for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
      if (!below->get_group().empty()) names.push_back(below->get_name());
    }
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto found = nearest(word.substr(0, word.find('=')), candidates, suggestions_max);
  return {found.begin(), found.end()};
}

Misunderstanding explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* command = &deepest(app);
  auto unknown = command->remaining();
  // A word that a command has no place for is left to the one above it.
  while (unknown.empty() && command->get_parent() != nullptr) {
    command = command->get_parent();
    unknown = command->remaining();
  }
  const std::string path = path_of(deepest(app));
  if (unknown.empty()) {
    const auto reason =
        error.get_name() == "RequiredError" && deepest(app).get_require_subcommand_min() > 0
            ? std::string("a command is missing")
            : std::string(error.what());
    return {fmt::format("{}; see {} --help", reason, path), {}};
  }
  const std::string& word = unknown.front();
  const bool is_option = word.starts_with('-') && word.size() > 1;
  const CLI::App& context = is_option ? deepest(app) : *command;
  const bool has_commands = context.get_require_subcommand_min() > 0 && &context == &deepest(app);
  const char* const kind = is_option ? "option" : has_commands ? "command" : "argument";
  auto suggestions =
      is_option || has_commands ? names_near(word, context) : std::vector<std::string>{};
  const std::string see = suggestions.empty() ? fmt::format("; see {} --help", path) : "";
  return {fmt::format("{} has no {} \"{}\"{}", path, kind, word, see), std::move(suggestions)};
}

int refuse(const CLI::App& app, const CLI::ParseError& error, bool json) {
  auto [message, suggestions] = explain(app, error);
  terminal::Console console({.json = json});
  const auto refusal = client_error(Errc::bad_request, std::move(message));
  return console.fail(refusal.error(), suggestions, exit_usage);
}

// Text is UTF-8 whatever the environment says; what is asked of it is how wide characters are.
void take_locale() {
  const char* const locale = std::setlocale(LC_CTYPE, "");
  const bool is_utf8 = locale != nullptr && std::string_view(::nl_langinfo(CODESET)) == "UTF-8";
  if (!is_utf8) std::setlocale(LC_CTYPE, "C.UTF-8");
}

bool asks_for_json(std::span<const std::string_view> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--json" || words[i] == "--format=json") return true;
    if (words[i] == "--format" && i + 1 < words.size() && words[i + 1] == "json") return true;
  }
  return false;
}

}  // namespace

void add_commands(CLI::App& app, int& exit_code) {
  app.set_version_flag("--version", "tollway " TOLLWAY_VERSION);
  app.require_subcommand(1);
  add_chat_command(app, exit_code);
  add_models_command(app, exit_code);
  add_cost_command(app, exit_code);
  add_explain_command(app, exit_code);
  add_usage_command(app, exit_code);
  add_ledger_command(app, exit_code);
  add_reconcile_command(app, exit_code);
  add_providers_command(app, exit_code);
  add_keys_command(app, exit_code);
  add_settings_command(app, exit_code);
  add_doctor_command(app, exit_code);
  add_serve_command(app, exit_code);
  add_replay_command(app, exit_code);
  add_completions_command(app, exit_code);
  add_man_command(app, exit_code);
  add_names_command(app, exit_code);
}

int run_command_line(int argc, char** argv) {
  // Output that nobody reads is noticed where it is written.
  std::signal(SIGPIPE, SIG_IGN);
  take_locale();
  sqlite::keep_no_memory_figures();
  CLI::App app("Tollway carries LLM traffic and counts what it costs.", "tollway");
  int exit_code = exit_ok;
  add_commands(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports usage errors, --help and --version by exceptions; its own codes become our 2.
    if (error.get_exit_code() == 0) return app.exit(error);
    const std::vector<std::string_view> words(argv, argv + argc);
    return refuse(app, error, asks_for_json(words));
  }
  return exit_code;
}

}  // namespace tollway
