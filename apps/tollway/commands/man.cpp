#include "commands/man.hpp"

#include <boost/json/object.hpp>
#include <memory>

#include "commands/shared_options.hpp"
#include "reference/manual_page.hpp"

namespace tollway {
namespace {

int run(const CLI::App& app, const SharedOptions& options) {
  const auto page = reference::manual_page(reference::command_tree(app), TOLLWAY_VERSION);
  terminal::Console console(options.console());
  if (console.json()) {
    console.print_json(boost::json::object{{"page", page}});
  } else {
    console.print(page);
  }
  return exit_ok;
}

}  // namespace

void add_man_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<SharedOptions>();
  CLI::App* const command = app.add_subcommand("man", "Print the manual page as roff");
  command->group("");
  add_output_options(*command, *options);
  command->callback([&app, options, &exit_code] { exit_code = run(app, *options); });
}

}  // namespace tollway
