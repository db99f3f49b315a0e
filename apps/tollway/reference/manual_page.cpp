#include "reference/manual_page.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tollway::reference {
namespace {

// The day the prose last changed: a build must not depend on the clock.
constexpr std::string_view page_date = "2026-11-23";

// Text as roff shows it: no escapes, no requests, and hyphens that can be copied into a shell.
std::string roff(std::string_view text) {
  std::string made;
  if (text.starts_with('.') || text.starts_with('\'')) made += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      made += "\\e";
    } else if (c == '-') {
      made += "\\-";
    } else {
      made += c;
    }
  }
  return made;
}

// Text of lines as mandoc wants them, none of which begins a request.
std::string wrapped(std::string_view text) {
  constexpr std::size_t line_bytes_max = 78;
  std::string made;
  std::size_t line = 0;
  while (!text.empty()) {
    const auto word = roff(text.substr(0, text.find(' ')));
    text.remove_prefix(
        std::min(text.size(), text.find(' ') == text.npos ? text.size() : text.find(' ') + 1));
    if (line > 0) made += line + 1 + word.size() > line_bytes_max ? '\n' : ' ';
    if (line > 0 && made.back() == '\n') line = 0;
    made += word;
    line += word.size() + 1;
  }
  return made;
}

std::string sentence(std::string_view text) {
  std::string made = wrapped(text);
  if (!made.empty() && made.back() != '.' && made.back() != ')') made += '.';
  return made;
}

std::string usage_of(const CommandEntry& command) {
  std::string made = fmt::format("\\fB{}\\fR", roff(command.path));
  if (!command.options.empty()) made += " [\\fIoptions\\fR]";
  for (const auto& positional : command.positionals) {
    const std::string name =
        fmt::format("\\fI{}\\fR{}", roff(positional.value), positional.repeated ? " ..." : "");
    made += positional.required ? " " + name : " [" + name + "]";
  }
  if (!command.commands.empty()) made += " \\fIcommand\\fR";
  return made;
}

std::string entry(const OptionEntry& option) {
  std::vector<std::string> names;
  for (const auto& name : option.names) names.push_back(fmt::format("\\fB{}\\fR", roff(name)));
  if (names.empty()) names.push_back(fmt::format("\\fI{}\\fR", roff(option.value)));
  std::string made = fmt::format(".TP\n{}", fmt::join(names, ", "));
  if (!option.names.empty() && !option.value.empty()) {
    made += fmt::format(" \\fI{}\\fR", roff(option.value));
  }
  made += "\n" + sentence(option.description);
  if (!option.choices.empty()) {
    made +=
        fmt::format("\nOne of {}.", wrapped(fmt::format("{}", fmt::join(option.choices, ", "))));
  }
  if (!option.default_value.empty()) {
    made += fmt::format("\nDefault: {}.", roff(option.default_value));
  }
  return made + "\n";
}

std::string section_of(const CommandEntry& command) {
  std::string made = fmt::format(".SS {}\n{}\n.PP\n{}\n", roff(command.path), usage_of(command),
                                 sentence(command.description));
  for (const auto& positional : command.positionals) made += entry(positional);
  for (const auto& option : command.options) made += entry(option);
  return made;
}

}  // namespace

std::string manual_page(const CommandEntry& root, std::string_view version) {
  std::string made = fmt::format(
      ".\\\" Made by `tollway man` from the definitions of its commands.\n"
      ".TH TOLLWAY 1 \"{}\" \"tollway {}\"\n"
      ".SH NAME\ntollway \\- an LLM gateway, and a client for models of many providers\n"
      ".SH SYNOPSIS\n{}\n.SH DESCRIPTION\n{}\n",
      page_date, roff(version), usage_of(root), sentence(root.description));
  for (const auto& option : root.options) made += entry(option);
  made += ".SH COMMANDS\n";
  for (const auto* command : all_commands(root)) {
    if (command != &root) made += section_of(*command);
  }
  for (const auto& chapter : manual_chapters()) made += chapter.text;
  return made;
}

}  // namespace tollway::reference
