#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "command_line.hpp"
#include "reference/completions.hpp"
#include "reference/manual_page.hpp"

namespace tollway::reference {
namespace {

using testing::HasSubstr;

std::string with_escaped_hyphens(std::string_view text) {
  std::string made;
  for (const char c : text) made += c == '-' ? std::string("\\-") : std::string(1, c);
  return made;
}

class Reference : public testing::Test {
 protected:
  Reference() { add_commands(app_, exit_code_); }

  // Straight from the definitions, past command_tree(): every command that is not hidden.
  void for_each(const std::function<void(const CLI::App&, const std::string& path)>& visit) const {
    walk(app_, "tollway", visit);
  }
  [[nodiscard]] CommandEntry tree() const { return command_tree(app_); }

 private:
  static void walk(const CLI::App& app, const std::string& path,
                   const std::function<void(const CLI::App&, const std::string&)>& visit) {
    visit(app, path);
    for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (!below->get_group().empty()) walk(*below, path + " " + below->get_name(), visit);
    }
  }

  CLI::App app_{"What it does.", "tollway"};
  int exit_code_ = 0;
};

TEST_F(Reference, manual_page_has_every_command_and_option) {
  const std::string page = manual_page(tree(), "1.2.3");
  int options = 0;
  for_each([&](const CLI::App& app, const std::string& path) {
    std::string section = page;
    if (path != "tollway") {
      const std::string heading = "\n.SS " + with_escaped_hyphens(path) + "\n";
      ASSERT_THAT(page, HasSubstr(heading));
      section = page.substr(page.find(heading) + heading.size());
    }
    section = section.substr(0, section.find("\n.S"));
    if (path == "tollway") section = page;
    for (const CLI::Option* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) {
        ++options;
        EXPECT_THAT(section, HasSubstr("\\fB" + with_escaped_hyphens("--" + name) + "\\fR"))
            << path;
      }
    }
  });
  EXPECT_GT(options, 10);
}

TEST_F(Reference, completions_have_every_command_and_option) {
  const auto root = tree();
  const std::string bash = bash_completions(root);
  const std::string zsh = zsh_completions(root);
  const std::string fish = fish_completions(root);
  for_each([&](const CLI::App& app, const std::string& path) {
    const auto bash_words = bash.substr(bash.find("      '" + path + "') wanted="));
    const auto bash_line = bash_words.substr(0, bash_words.find('\n'));
    std::string function = "\n_" + path + "() {\n";
    for (char& c : function) {
      if (c == '-') c = '_';
    }
    for (std::size_t i = 0; i < function.find('('); ++i) {
      if (function[i] == ' ') function[i] = '_';
    }
    ASSERT_THAT(zsh, HasSubstr(function));
    auto zsh_function = zsh.substr(zsh.find(function) + 1);
    zsh_function = zsh_function.substr(0, zsh_function.find("\n}\n"));
    const std::string fish_condition = "complete -c tollway -n '__tollway_at " + path + "'";
    for (const CLI::Option* option : app.get_options()) {
      for (const auto& name : option->get_lnames()) {
        EXPECT_THAT(bash_line, HasSubstr("--" + name)) << path;
        EXPECT_THAT(zsh_function, HasSubstr("--" + name)) << path;
        EXPECT_THAT(fish, testing::ContainsRegex(fish_condition + "( -s .)? -l " + name + " "));
      }
    }
    for (const CLI::App* below : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (below->get_group().empty()) continue;
      EXPECT_THAT(bash_line, HasSubstr(below->get_name())) << path;
      EXPECT_THAT(zsh_function, HasSubstr("'" + below->get_name() + ":")) << path;
      EXPECT_THAT(fish, HasSubstr(fish_condition + " -a " + below->get_name() + " ")) << path;
    }
  });
}

TEST_F(Reference, hidden_commands_are_left_out) {
  EXPECT_EQ(manual_page(tree(), "1").find(".SS tollway man"), std::string::npos);
  EXPECT_EQ(fish_completions(tree()).find("-a man "), std::string::npos);
}

TEST(ManualPage, escapes_what_roff_would_read) {
  CommandEntry root;
  root.path = root.name = "tollway";
  root.description = ".begins with a dot and \\ has a backslash";
  EXPECT_THAT(manual_page(root, "1"), HasSubstr("\n\\&.begins with a dot and \\e has a backslash"));
}

}  // namespace
}  // namespace tollway::reference
