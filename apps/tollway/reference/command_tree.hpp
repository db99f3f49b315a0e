// The program's commands as plain data: what the manual page and the completions are made from.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::reference {

struct OptionEntry {
  std::vector<std::string> names;  // "-m", "--model"; empty for a positional
  std::string value;               // what it takes, "MODEL"; empty for a flag
  std::vector<std::string> choices;
  std::string description;
  std::string default_value;
  bool required = false;
  bool repeated = false;
};

struct CommandEntry {
  std::string path;  // "tollway settings get"
  std::string name;  // "get"
  std::string description;
  std::vector<OptionEntry> options;
  std::vector<OptionEntry> positionals;
  std::vector<CommandEntry> commands;  // below it
};

// Hidden commands and options (those of the empty group) are left out.
[[nodiscard]] CommandEntry command_tree(const CLI::App& app);

// An option whose definition names FILE or DIRECTORY as its type takes a path, which shells
// complete themselves.
[[nodiscard]] bool takes_file(const OptionEntry& option);
[[nodiscard]] bool takes_directory(const OptionEntry& option);

// What `tollway names` lists for the option's value while it is typed: "provider", "setting" or
// "model"; empty where only its user knows.
[[nodiscard]] std::string_view names_for(const OptionEntry& option);

// The root and all below it, in the order of their definition.
[[nodiscard]] std::vector<const CommandEntry*> all_commands(const CommandEntry& root);

}  // namespace tollway::reference
