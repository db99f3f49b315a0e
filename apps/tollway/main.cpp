#include <CLI/CLI.hpp>

#include "commands/replay.hpp"

int main(int argc, char** argv) {
  CLI::App app("An LLM gateway that routes, counts and prices.", "tollway");
  app.set_version_flag("--version", "tollway " TOLLWAY_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  tollway::add_replay_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}
