#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reference/completions.hpp"

namespace tollway::reference {
namespace {

// A list of words as an argument of compgen, within the double quotes of an assignment.
std::string word_list(const std::vector<std::string>& words) {
  return fmt::format(R"(-W \"{}\")", fmt::join(words, " "));
}

// Asks the program, as it was typed, at the moment of completing.
std::string names_asked_for(std::string_view kind) {
  return fmt::format(R"(\$(\"\${{COMP_WORDS[0]}}\" names {} 2>/dev/null))", kind);
}

// What may be typed as a value of the option; empty where only its user knows.
std::string values_of(const OptionEntry& option) {
  if (takes_file(option)) return "-f";
  if (takes_directory(option)) return "-d";
  if (const auto kind = names_for(option); !kind.empty()) return word_list({names_asked_for(kind)});
  return word_list(option.choices);
}

std::string value_cases(const std::vector<const CommandEntry*>& commands) {
  std::string made;
  for (const auto* command : commands) {
    for (const auto& option : command->options) {
      if (option.value.empty()) continue;
      std::vector<std::string> patterns;
      patterns.reserve(option.names.size());
      for (const auto& name : option.names) {
        patterns.push_back(fmt::format("'{} {}'", command->path, name));
      }
      made +=
          fmt::format("    {}) wanted=\"{}\" ;;\n", fmt::join(patterns, " | "), values_of(option));
    }
  }
  return made;
}

std::string word_cases(const std::vector<const CommandEntry*>& commands) {
  std::string made;
  for (const auto* command : commands) {
    std::vector<std::string> words;
    words.reserve(command->commands.size());
    bool files = false;
    for (const auto& below : command->commands) words.push_back(below.name);
    for (const auto& positional : command->positionals) {
      words.insert(words.end(), positional.choices.begin(), positional.choices.end());
      files = files || takes_file(positional);
      if (const auto kind = names_for(positional); !kind.empty()) {
        words.push_back(names_asked_for(kind));
      }
    }
    for (const auto& option : command->options) {
      words.insert(words.end(), option.names.begin(), option.names.end());
    }
    made += fmt::format("      '{}') wanted=\"{}{}\" ;;\n", command->path, files ? "-f " : "",
                        word_list(words));
  }
  return made;
}

}  // namespace

std::string bash_completions(const CommandEntry& root) {
  const auto commands = all_commands(root);
  std::vector<std::string> paths;
  for (const auto* command : commands) {
    if (command != &root) paths.push_back(fmt::format("'{}'", command->path));
  }
  return fmt::format(R"script(# bash completions for tollway; made by `tollway completions bash`.
_tollway() {{
  # Bash ends words at colons, which models' names have.
  local -a words=()
  local command={0} wanted= i
  for ((i = 0; i <= COMP_CWORD; i++)); do
    if ((i > 1)) && [[ ${{COMP_WORDS[i]}} == : || ${{COMP_WORDS[i - 1]}} == : ]]; then
      words[${{#words[@]}} - 1]+="${{COMP_WORDS[i]}}"
    else
      words+=("${{COMP_WORDS[i]}}")
    fi
  done
  local last=$((${{#words[@]}} - 1))
  local current="${{words[last]}}" previous="${{words[last - 1]}}"
  for ((i = 1; i < last; i++)); do
    case "$command ${{words[i]}}" in
      {1}) command="$command ${{words[i]}}" ;;
    esac
  done
  case "$command $previous" in
{2}  esac
  if [[ -z $wanted ]]; then
    case "$command" in
{3}    esac
  fi
  eval "COMPREPLY=(\$(compgen $wanted -- \"\$current\"))"
  if [[ $current != "${{COMP_WORDS[COMP_CWORD]}}" ]]; then
    local before="${{current%"${{current##*:}}"}}"
    COMPREPLY=("${{COMPREPLY[@]#"$before"}}")
  fi
}}
complete -F _tollway {0}
)script",
                     root.name, fmt::join(paths, " | "), value_cases(commands),
                     word_cases(commands));
}

}  // namespace tollway::reference
