#include <CLI/CLI.hpp>

#include "commands/replay.hpp"
#include "commands/serve.hpp"

int main(int argc, char** argv) {
  CLI::App app("Tollway carries LLM traffic and counts what it costs.", "tollway");
  app.set_version_flag("--version", "tollway " TOLLWAY_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  tollway::add_serve_command(app, exit_code);
  tollway::add_replay_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 reports usage errors (and --help) by exceptions; its own codes become our 2.
    return app.exit(error) == 0 ? 0 : 2;
  }
  return exit_code;
}
