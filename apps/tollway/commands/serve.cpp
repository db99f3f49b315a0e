#include "commands/serve.hpp"

#include <fmt/format.h>
#include <csignal>

#include <cstdlib>
#include <memory>

#include "base/log.hpp"
#include "gateway.hpp"
#include "listening.hpp"

namespace tollway {
namespace {

struct Flags {
  std::optional<std::string> listen;
  std::string port_file;
  std::optional<std::string> data;
  std::optional<unsigned> threads;
  bool no_auth = false;
  std::string record;
  std::optional<std::string> tls_certificate;
  std::optional<std::string> tls_key;
};

Result<settings::ServeSettings> settings_from(const Flags& flags) {
  auto settings = settings::serve_settings_from([](const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
  if (!settings) return settings;
  if (flags.listen) settings->listen = *flags.listen;
  if (flags.data) settings->data_directory = *flags.data;
  if (flags.threads) settings->threads = *flags.threads;
  if (flags.tls_certificate) settings->tls_certificate_file = *flags.tls_certificate;
  if (flags.tls_key) settings->tls_key_file = *flags.tls_key;
  settings->port_file = flags.port_file;
  settings->record_directory = flags.record;
  settings->authenticate = !flags.no_auth;
  const auto address = parse_listen_address(settings->listen);
  if (!address) return std::unexpected(address.error());
  const auto valid = settings::validate(*settings, address->address().is_loopback());
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

// Until a signal that ends the process; SIGHUP reloads.
void wait_for_end(Gateway& gateway, const sigset_t& signals) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return;
    const auto reloaded = gateway.reload();
    if (reloaded) {
      log::info("reloaded");
    } else {
      log::error("reload: {}; going on as before", reloaded.error().message);
    }
  }
}

int run(const Flags& flags) {
  auto settings = settings_from(flags);
  if (!settings) {
    fmt::print(stderr, "tollway: {}\n", settings.error().message);
    return 2;
  }
  // Threads inherit the mask, so that only the wait below sees these.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);

  const std::string port_file = settings->port_file;
  const bool tls = !settings->tls_certificate_file.empty();
  const bool authenticate = settings->authenticate;
  auto gateway = Gateway::start(std::move(*settings));
  auto ready = gateway ? Result<>{} : std::unexpected(gateway.error());
  if (ready && !port_file.empty()) ready = write_port_file(port_file, (*gateway)->address().port());
  if (!ready) {
    fmt::print(stderr, "tollway: {}\n", ready.error().message);
    return 1;
  }
  greet(**gateway, url_of((*gateway)->address(), tls), authenticate);
  wait_for_end(**gateway, signals);
  log::info("stopping: waiting for requests under way");
  (*gateway)->stop();
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit_code) {
  auto flags = std::make_shared<Flags>();
  CLI::App* const command = app.add_subcommand("serve", "Run the gateway");
  command->add_option("--listen", flags->listen, "ADDRESS:PORT (default 127.0.0.1:8484)")
      ->type_name("ADDRESS");
  command->add_option("--port-file", flags->port_file, "Write the port here once listening")
      ->type_name("FILE");
  command->add_option("--data", flags->data, "Data directory")->type_name("DIRECTORY");
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
