#include "reference/command_tree.hpp"

namespace tollway::reference {
namespace {

// CLI11 tells a list of choices as "{a,b,c}" behind the type.
std::vector<std::string> choices_of(const std::string& type) {
  const auto begin = type.find('{');
  const auto end = type.rfind('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  std::vector<std::string> choices;
  std::string choice;
  for (const char c : type.substr(begin + 1, end - begin - 1)) {
    if (c == ',') {
      choices.push_back(std::move(choice));
      choice.clear();
    } else {
      choice.push_back(c);
    }
  }
  choices.push_back(std::move(choice));
  return choices;
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  for (const auto& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) entry.names.push_back("--" + name);
  const std::string type = option.get_type_name();
  entry.choices = choices_of(type);
  if (option.get_positional()) {
    entry.value = option.get_name(true);
  } else if (option.get_items_expected_max() > 0) {
    entry.value = type.substr(0, type.find_first_of(":{ "));
    if (entry.value.empty()) entry.value = "VALUE";
  }
  entry.description = option.get_description();
  entry.default_value = option.get_default_str();
  entry.required = option.get_required();
  entry.repeated = option.get_items_expected_max() > 1;
  return entry;
}

CommandEntry entry_of(const CLI::App& app, const std::string& parent) {
  CommandEntry entry;
  entry.name = app.get_name();
  entry.path = parent.empty() ? entry.name : parent + " " + entry.name;
  entry.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? entry.positionals : entry.options).push_back(entry_of(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) entry.commands.push_back(entry_of(*command, entry.path));
  }
  return entry;
}

void append_all(std::vector<const CommandEntry*>& to, const CommandEntry& command) {
  to.push_back(&command);
  for (const auto& below : command.commands) append_all(to, below);
}

}  // namespace

CommandEntry command_tree(const CLI::App& app) {
  return entry_of(app, "");
}

bool takes_file(const OptionEntry& option) {
  return option.value == "FILE";
}

bool takes_directory(const OptionEntry& option) {
  return option.value == "DIRECTORY";
}

std::string_view names_for(const OptionEntry& option) {
  if (option.value == "PROVIDER") return "provider";
  if (option.value == "MODEL") return "model";
  if (option.value == "KEY") return "setting";
  return {};
}

std::vector<const CommandEntry*> all_commands(const CommandEntry& root) {
  std::vector<const CommandEntry*> commands;
  append_all(commands, root);
  return commands;
}

}  // namespace tollway::reference
