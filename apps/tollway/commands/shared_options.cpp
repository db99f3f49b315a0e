#include "commands/shared_options.hpp"

namespace tollway {

terminal::ConsoleOptions SharedOptions::console() const {
  using terminal::Color;
  const Color chosen = color == "always"  ? Color::always
                       : color == "never" ? Color::never
                                          : Color::automatic;
  return {.json = json, .color = chosen};
}

void add_output_options(CLI::App& command, SharedOptions& options) {
  command.add_flag("--json", options.json, "Print one JSON document and nothing else");
  command
      .add_option("--color", options.color,
                  "Colors: auto means on a terminal, unless NO_COLOR is set")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_place_options(CLI::App& command, SharedOptions& options) {
  command.add_option("--data", options.data, "Data directory (default: TOLLWAY_DATA)")
      ->type_name("DIRECTORY");
  command.add_option("--config", options.config, "tollway.toml (default: TOLLWAY_CONFIG)")
      ->type_name("FILE");
}

void add_shared_options(CLI::App& command, SharedOptions& options) {
  add_output_options(command, options);
  add_place_options(command, options);
}

}  // namespace tollway
