#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "reference/completions.hpp"

namespace tollway::reference {
namespace {

// Text within single quotes and an _arguments specification, where brackets and colons delimit.
std::string escaped(std::string_view text) {
  std::string made;
  for (const char c : text) {
    if (c == '\'') {
      made += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') made += '\\';
    made += c;
  }
  return made;
}

std::string function_of(const CommandEntry& command) {
  std::string made = "_" + command.path;
  std::ranges::replace(made, ' ', '_');
  std::ranges::replace(made, '-', '_');
  return made;
}

std::string action_of(const OptionEntry& option) {
  if (takes_file(option)) return "_files";
  if (takes_directory(option)) return "_files -/";
  if (const auto kind = names_for(option); !kind.empty())
    return fmt::format("_tollway_names {}", kind);
  if (option.choices.empty()) return " ";
  return fmt::format("({})", fmt::join(option.choices, " "));
}

std::string option_line(const OptionEntry& option) {
  const std::string value =
      option.value.empty() ? "" : fmt::format(":{}:{}", option.value, action_of(option));
  const std::string tail = fmt::format("'[{}]{}'", escaped(option.description), value);
  const std::string before =
      option.repeated ? "*" : fmt::format("({})", fmt::join(option.names, " "));
  if (option.names.size() == 1) return fmt::format("'{}'{}{}", before, option.names.front(), tail);
  return fmt::format("'{}'{{{}}}{}", before, fmt::join(option.names, ","), tail);
}

std::string arguments_of(const CommandEntry& command) {
  std::string made;
  for (const auto& option : command.options) made += " \\\n    " + option_line(option);
  for (std::size_t i = 0; i < command.positionals.size(); ++i) {
    const auto& positional = command.positionals[i];
    const std::string place = positional.repeated ? "*" : std::to_string(i + 1);
    made += fmt::format(" \\\n    '{}:{}:{}'", place, positional.value, action_of(positional));
  }
  return made;
}

std::string function_with_commands(const CommandEntry& command) {
  std::string described;
  std::string calls;
  for (const auto& below : command.commands) {
    described += fmt::format("\n        '{}:{}'", below.name, escaped(below.description));
    calls += fmt::format("        {}) {} ;;\n", below.name, function_of(below));
  }
  return fmt::format(R"({0}() {{
  local context state state_descr line
  typeset -A opt_args
  _arguments -C{1} \
    '1: :->command' '*:: :->arguments'
  case $state in
    command)
      local -a commands
      commands=({2}
      )
      _describe command commands
      ;;
    arguments)
      case $words[1] in
{3}      esac
      ;;
  esac
}}

)",
                     function_of(command), arguments_of(command), described, calls);
}

}  // namespace

std::string zsh_completions(const CommandEntry& root) {
  std::string made =
      "#compdef tollway\n# made by `tollway completions zsh`.\n\n"
      "_tollway_names() {\n"
      "  local -a names\n"
      "  names=(${(f)\"$(_call_program names tollway names $1)\"})\n"
      "  compadd \"${@[2,-1]}\" -a names\n"
      "}\n\n";
  for (const auto* command : all_commands(root)) {
    made += command->commands.empty() ? fmt::format("{}() {{\n  _arguments{}\n}}\n\n",
                                                    function_of(*command), arguments_of(*command))
                                      : function_with_commands(*command);
  }
  return made +
         "if [[ $funcstack[1] == _tollway ]]; then\n"
         "  _tollway \"$@\"\n"
         "else\n"
         "  compdef _tollway tollway\n"
         "fi\n";
}

}  // namespace tollway::reference
