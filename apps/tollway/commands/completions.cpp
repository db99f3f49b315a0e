#include "commands/completions.hpp"

#include <boost/json/object.hpp>
#include <memory>

#include "commands/shared_options.hpp"
#include "reference/completions.hpp"

namespace tollway {
namespace {

struct Options {
  SharedOptions shared;
  std::string shell;
};

int run(const CLI::App& app, const Options& options) {
  const auto root = reference::command_tree(app);
  const auto script = options.shell == "bash"  ? reference::bash_completions(root)
                      : options.shell == "zsh" ? reference::zsh_completions(root)
                                               : reference::fish_completions(root);
  terminal::Console console(options.shared.console());
  if (console.json()) {
    console.print_json(boost::json::object{{"shell", options.shell}, {"script", script}});
  } else {
    console.print(script);
  }
  return exit_ok;
}

}  // namespace

void add_completions_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("completions", "Print a script that completes tollway's command line");
  command->add_option("SHELL", options->shell, "The shell that shall complete")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  add_output_options(*command, options->shared);
  command->callback([&app, options, &exit_code] { exit_code = run(app, *options); });
}

}  // namespace tollway
