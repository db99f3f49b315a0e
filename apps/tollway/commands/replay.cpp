#include "commands/replay.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <memory>

#include "listening.hpp"
#include "net/server.hpp"
#include "recording/index.hpp"
#include "replay/replay_handler.hpp"

namespace tollway {
namespace {

struct ReplayOptions {
  std::string recordings;
  std::string listen = "127.0.0.1:0";
  std::string speed = "1";
  std::size_t split = 0;
  std::string port_file;
};

constexpr auto drain_time = std::chrono::seconds(2);
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;

int fail(int exit_code, const Error& error) {
  fmt::print(stderr, "tollway replay: {}\n", error.message);
  return exit_code;
}

void print_what_is_served(const recording::Index& index, const ReplayOptions& options,
                          const net::Tcp::endpoint& address) {
  fmt::print("replaying {} recordings of {} at {}\n", index.size(), options.recordings,
             url_of(address));
  for (const auto& [route, count] : index.routes()) fmt::print("  {:4} {}\n", count, route);
  std::fflush(stdout);
}

int serve(const ReplayOptions& options, const net::Tcp::endpoint& address, replay::Pace pace) {
  auto index = recording::Index::load(options.recordings);
  if (!index) return fail(exit_failed, index.error());

  net::Loop loop;
  net::asio::signal_set signals(loop.io(), SIGTERM, SIGINT);
  replay::ReplayHandler handler(loop, *index, pace);
  net::Server server(loop, handler, {});
  const auto bound = server.listen(address);
  if (!bound) return fail(exit_failed, bound.error());
  if (!options.port_file.empty()) {
    const auto written = write_port_file(options.port_file, bound->port());
    if (!written) return fail(exit_failed, written.error());
  }
  print_what_is_served(*index, options, *bound);
  signals.async_wait([&](const boost::system::error_code& code, int) {
    if (!code) server.drain(net::Clock::now() + drain_time, [&loop] { loop.stop(); });
  });
  loop.run();
  return 0;
}

int run(const ReplayOptions& options) {
  const auto address = parse_listen_address(options.listen);
  if (!address) return fail(exit_usage, address.error());
  const auto speed = replay::parse_speed(options.speed);
  if (!speed) return fail(exit_usage, speed.error());
  return serve(options, *address, {.speed = *speed, .split = options.split});
}

}  // namespace

void add_replay_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand("replay", "Answer like the upstreams that were recorded");
  command->add_option("--recordings", options->recordings, "Directory of recordings")
      ->type_name("DIRECTORY")
      ->required();
  command->add_option("--listen", options->listen, "Address and port; port 0 picks one")
      ->capture_default_str();
  command
      ->add_option("--speed", options->speed,
                   "Of recorded streams: 2 is twice as fast; \"max\" or 0 without delays")
      ->capture_default_str();
  command->add_option(
      "--split", options->split,
      "Cut content into writes of that many bytes, wherever the recorded ones ended");
  command->add_option("--port-file", options->port_file, "File to write the port number into")
      ->type_name("FILE");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
