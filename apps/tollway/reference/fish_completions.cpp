#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reference/completions.hpp"

namespace tollway::reference {
namespace {

std::string in_quotes(std::string_view text) {
  std::string made = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') made += '\\';
    made += c;
  }
  return made + "'";
}

std::string value_of(const OptionEntry& option) {
  if (option.value.empty()) return "";
  if (takes_file(option)) return " -r -F";
  if (takes_directory(option)) return " -x -a '(__fish_complete_directories)'";
  if (const auto kind = names_for(option); !kind.empty()) {
    return fmt::format(" -x -a '(tollway names {})'", kind);
  }
  if (option.choices.empty()) return " -x";
  return fmt::format(" -x -a '{}'", fmt::join(option.choices, " "));
}

std::string option_line(const std::string& condition, const OptionEntry& option) {
  std::string made = condition;
  for (const auto& name : option.names) {
    made += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  return fmt::format("{}{} -d {}\n", made, value_of(option), in_quotes(option.description));
}

std::string lines_of(const CommandEntry& command) {
  const std::string condition =
      fmt::format("complete -c tollway -n '__tollway_at {}'", command.path);
  std::string made;
  for (const auto& below : command.commands) {
    made += fmt::format("{} -a {} -d {}\n", condition, below.name, in_quotes(below.description));
  }
  for (const auto& positional : command.positionals) {
    if (takes_file(positional)) made += condition + " -F\n";
    if (const auto kind = names_for(positional); !kind.empty()) {
      made += fmt::format("{} -a '(tollway names {})'\n", condition, kind);
    }
    if (positional.choices.empty()) continue;
    made += fmt::format("{} -a '{}'\n", condition, fmt::join(positional.choices, " "));
  }
  for (const auto& option : command.options) made += option_line(condition, option);
  return made;
}

}  // namespace

std::string fish_completions(const CommandEntry& root) {
  const auto commands = all_commands(root);
  std::vector<std::string> paths;
  std::string lines;
  for (const auto* command : commands) {
    if (command != &root) paths.push_back(in_quotes(command->path));
    lines += lines_of(*command);
  }
  return fmt::format(R"(# fish completions for tollway; made by `tollway completions fish`.
function __tollway_at
    set -l command {0}
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if contains -- "$command $word" {1}
            set command "$command $word"
        end
    end
    test "$command" = "$argv"
end

complete -c tollway -f
{2})",
                     root.name, fmt::join(paths, " "), lines);
}

}  // namespace tollway::reference
