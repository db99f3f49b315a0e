#include "commands/serve.hpp"

#include <fmt/format.h>
#include <csignal>

#include <cstdlib>
#include <memory>

#include "base/log.hpp"
#include "commands/shared_options.hpp"
#include "gateway.hpp"
#include "installation.hpp"
#include "listening.hpp"

namespace tollway {
namespace {

struct Flags {
  SharedOptions shared;
  std::optional<std::string> listen;
  std::string port_file;
  std::optional<unsigned> threads;
  bool no_auth = false;
  std::string record;
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
};

Result<settings::ServeSettings> settings_from(const Flags& flags,
                                              const Installation& installation) {
  auto settings = settings::serve_settings_from(installation.snapshot);
  settings.data_directory = installation.paths.data_directory;
  if (flags.listen) settings.listen = *flags.listen;
  if (flags.threads) settings.threads = *flags.threads;
  if (flags.tls_certificate) settings.tls_certificate_file = *flags.tls_certificate;
  if (flags.tls_key) settings.tls_key_file = *flags.tls_key;
  settings.port_file = flags.port_file;
  settings.record_directory = flags.record;
  settings.authenticate = !flags.no_auth;
  const auto address = parse_listen_address(settings.listen);
  if (!address) return std::unexpected(address.error());
  const auto valid = settings::validate(settings, address->address().is_loopback());
  if (!valid) return std::unexpected(valid.error());
  return settings;
}

void greet(const Gateway& gateway, const std::string& url, bool authenticate) {
  fmt::print("tollway {} listens on {}, provider {}\n", TOLLWAY_VERSION, url,
             gateway.provider_name());
  if (const Secret& key = gateway.created_key(); !key.empty() && authenticate) {
    fmt::print(
        "gateway key: {}\n"
        "curl {}/api/v1/chat/completions -H 'Authorization: Bearer {}' "
        "-H 'Content-Type: application/json' "
        "-d '{{\"model\":\"{}\",\"messages\":[{{\"role\":\"user\",\"content\":\"Hello\"}}]}}'\n"
        "The key is shown this once; only its hash is stored.\n",
        key.reveal(), url, key.reveal(), gateway.default_model());
  }
  std::fflush(stdout);
}

// Each disables itself alone, so that the gateway runs on without them.
void report_broken_descriptors(const Installation& installation) {
  for (const auto& problem : installation.providers.problems) {
    log::warning("broken descriptor: {}", problem.message);
  }
}

Result<> reload(Gateway& gateway, const SharedOptions& options, terminal::Console& console) {
  const auto installation = open_installation(options, console);
  if (!installation) return std::unexpected(installation.error());
  report_broken_descriptors(*installation);
  return gateway.reload(*installation);
}

// Until a signal that ends the process; SIGHUP reloads.
void wait_for_end(Gateway& gateway, const sigset_t& signals, const SharedOptions& options,
                  terminal::Console& console) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return;
    const auto reloaded = reload(gateway, options, console);
    if (reloaded) {
      log::info("reloaded; provider {}", gateway.provider_name());
    } else {
      log::error("reload: {}; going on as before", reloaded.error().message);
    }
  }
}

int refused(const Error& error, int exit_code) {
  fmt::print(stderr, "tollway: {}\n", error.message);
  return exit_code;
}

int run(const Flags& flags) {
  terminal::Console console(flags.shared.console());
  const auto installation = open_installation(flags.shared, console);
  if (!installation) return refused(installation.error(), exit_usage);
  report_broken_descriptors(*installation);
  auto settings = settings_from(flags, *installation);
  if (!settings) return refused(settings.error(), exit_usage);
  // Threads inherit the mask, so that only the wait below sees these.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  const std::string port_file = settings->port_file;
  const bool tls = !settings->tls_certificate_file.empty();
  const bool authenticate = settings->authenticate;
  auto gateway = Gateway::start(std::move(*settings), *installation);
  if (!gateway) return refused(gateway.error(), exit_failed);
  if (!port_file.empty()) {
    const auto written = write_port_file(port_file, (*gateway)->address().port());
    if (!written) return refused(written.error(), exit_failed);
  }
  greet(**gateway, url_of((*gateway)->address(), tls), authenticate);
  wait_for_end(**gateway, signals, flags.shared, console);
  log::info("stopping: waiting for requests under way");
  (*gateway)->stop();
  return exit_ok;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<Flags>();
  CLI::App* const command = app.add_subcommand("serve", "Run the gateway");
  command->add_option("--listen", flags->listen, "ADDRESS:PORT (default 127.0.0.1:8484)")
      ->type_name("ADDRESS");
  command->add_option("--port-file", flags->port_file, "Write the port here once listening")
      ->type_name("FILE");
  add_place_options(*command, flags->shared);
  command->add_option("--threads", flags->threads, "Threads (default: one a CPU)")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 256));
  command->add_flag("--no-auth", flags->no_auth, "Ask for no key; on loopback only");
  command->add_option("--record", flags->record, "Write the traffic as recordings into a directory")
      ->type_name("DIRECTORY");
  command->add_option("--tls-certificate", flags->tls_certificate, "PEM file: certificate chain")
      ->type_name("FILE");
  command->add_option("--tls-key", flags->tls_key, "PEM file: private key")->type_name("FILE");
  command->callback([flags, &exit_code] { exit_code = run(*flags); });
}

}  // namespace tollway
