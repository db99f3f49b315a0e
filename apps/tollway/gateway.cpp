#include "gateway.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "demo/demonstration_server.hpp"
#include "gateway/pipeline.hpp"
#include "listening.hpp"
#include "net/resolver.hpp"
#include "providers/base/openai_compatible.hpp"
#include "providers/demonstration.hpp"
#include "providers/descriptor.hpp"

namespace tollway {
namespace {

using Provider = providers::OpenAICompatibleProvider;

// One thread of the data plane and what it owns. Made and destroyed by the main thread, used by its
// own.
struct Worker {
  Worker(const settings::ServeSettings& settings, const gateway::GatewayOptions& options,
         const gateway::GatewayKeys& keys, const Provider& provider, net::Resolver& resolver,
         const std::shared_ptr<net::ssl::context>& client_tls, const net::ProxySettings& proxy,
         recording::Recorder* recorder)
      : pool(loop, resolver, client_tls, {.proxy = proxy}),
        dispatch(pool, provider,
                 {.connect = settings.upstream_connect_timeout,
                  .first_byte = settings.upstream_first_byte_timeout,
                  .between_bytes = settings.upstream_between_bytes_timeout,
                  .total = settings.upstream_total_timeout}),
        access_log(loop.deadlines(), settings.data_directory + "/access.jsonl"),
        pipeline({.options = options,
                  .keys = keys,
                  .dispatch = dispatch,
                  .access_log = access_log,
                  .recorder = recorder}),
        server(loop, pipeline,
               {.head_timeout = settings.client_head_timeout,
                .body_timeout = settings.client_body_timeout,
                .idle_timeout = settings.client_idle_timeout,
                .write_timeout = settings.client_write_timeout}) {}

  net::Loop loop;
  net::ClientPool pool;
  dispatch::Dispatch dispatch;
  observe::AccessLog access_log;
  gateway::Pipeline pipeline;
  net::Server server;
  std::thread thread;
};

Result<Provider> make_provider(providers::DescriptionPointer description, std::string_view url,
                               Secret key) {
  auto base_url = providers::normalise_base_url(url, *description);
  if (!base_url) {
    return internal_error(fmt::format("{}: {}",
                                      providers::variable_of(description->base_url_setting()),
                                      base_url.error().message));
  }
  return Provider(std::move(description), std::move(*base_url), std::move(key));
}

Result<std::shared_ptr<net::ssl::context>> server_tls(const settings::ServeSettings& settings) {
  if (settings.tls_certificate_file.empty()) return nullptr;
  return net::make_server_tls(settings.tls_certificate_file, settings.tls_key_file);
}

Result<> prepare_directory(const std::string& path) {
  std::error_code code;
  if (std::filesystem::create_directories(path, code)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, code);
  }
  if (!code) return {};
  return internal_error(
      fmt::format("cannot create the data directory {}: {}", path, code.message()));
}

// Threads share the port with SO_REUSEPORT, under which a second gateway would share it too,
// silently. Binding once without it finds that out.
Result<> refuse_port_in_use(const net::Tcp::endpoint& address) {
  net::asio::io_context io;
  net::Tcp::acceptor probe(io);
  boost::system::error_code code;
  probe.open(address.protocol(), code);
  if (!code) probe.set_option(net::Tcp::acceptor::reuse_address(true), code);
  if (!code) probe.bind(address, code);
  if (!code) return {};
  return internal_error(fmt::format("cannot listen on {}:{}: {}", address.address().to_string(),
                                    address.port(), code.message()));
}

}  // namespace

struct Gateway::Parts {
  settings::ServeSettings settings;
  gateway::GatewayOptions options;
  std::optional<gateway::GatewayKeys::Opened> keys;
  std::unique_ptr<demo::DemonstrationServer> demonstration;  // null where a real one is configured
  std::optional<Provider> provider;
  net::Resolver resolver;
  std::shared_ptr<net::ssl::context> client_tls;
  net::ProxySettings proxy;
  std::unique_ptr<recording::Recorder> recorder;
  std::vector<std::unique_ptr<Worker>> workers;
  net::Tcp::endpoint address;
  bool running = false;

  [[nodiscard]] Result<> prepare();
  [[nodiscard]] Result<> choose_provider();
  [[nodiscard]] Result<> listen();
};

Result<> Gateway::Parts::prepare() {
  options.authenticate = settings.authenticate;
  options.request_body_bytes_max = settings.request_body_bytes_max;
  options.silence_before_comment = settings.stream_silence;
  if (auto prepared = prepare_directory(settings.data_directory); !prepared) return prepared;
  auto opened = gateway::GatewayKeys::open(settings.data_directory);
  if (!opened) return std::unexpected(opened.error());
  keys = std::move(*opened);
  if (auto chosen = choose_provider(); !chosen) return chosen;
  auto tls = net::make_client_tls();
  if (!tls) return std::unexpected(tls.error());
  client_tls = std::move(*tls);
  auto from_environment = net::proxy_from_environment();
  if (!from_environment) return std::unexpected(from_environment.error());
  proxy = std::move(*from_environment);
  if (settings.record_directory.empty()) return {};
  auto created = recording::Recorder::create(settings.record_directory);
  if (!created) return std::unexpected(created.error());
  recorder = std::move(*created);
  return {};
}

// OpenRouter where there is a key for it; without one, what needs none.
Result<> Gateway::Parts::choose_provider() {
  const auto adopt = [this](Result<Provider> made) -> Result<> {
    if (!made) return std::unexpected(made.error());
    provider.emplace(std::move(*made));
    return {};
  };
  if (!settings.openrouter_key.empty()) {
    return adopt(make_provider(providers::find(providers::built_in(), "openrouter"),
                               settings.openrouter_url, std::move(settings.openrouter_key)));
  }
  auto started = demo::DemonstrationServer::start({});
  if (!started) return std::unexpected(started.error());
  demonstration = std::move(*started);
  return adopt(make_provider(providers::demonstration(), demonstration->base_url(),
                             demonstration->secret().clone()));
}

Result<> Gateway::Parts::listen() {
  auto tls = server_tls(settings);
  if (!tls) return std::unexpected(tls.error());
  auto wanted = parse_listen_address(settings.listen);
  if (!wanted) return std::unexpected(wanted.error());
  address = *wanted;
  if (auto free = refuse_port_in_use(address); !free) return free;
  for (unsigned i = 0; i < settings.threads; ++i) {
    auto worker = std::make_unique<Worker>(settings, options, keys->keys, *provider, resolver,
                                           client_tls, proxy, recorder.get());
    worker->server.set_tls(*tls);
    if (auto opened = worker->access_log.open(); !opened) return opened;
    auto bound = worker->server.listen(address);
    if (!bound) return std::unexpected(bound.error());
    address = *bound;
    workers.push_back(std::move(worker));
  }
  for (auto& worker : workers) {
    worker->thread = std::thread([&loop = worker->loop] { loop.run(); });
  }
  running = true;
  return {};
}

Gateway::Gateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Gateway::~Gateway() {
  stop();
}

Result<std::unique_ptr<Gateway>> Gateway::start(settings::ServeSettings settings) {
  auto parts = std::make_unique<Parts>();
  parts->settings = std::move(settings);
  if (auto prepared = parts->prepare(); !prepared) return std::unexpected(prepared.error());
  if (auto listening = parts->listen(); !listening) return std::unexpected(listening.error());
  return std::unique_ptr<Gateway>(new Gateway(std::move(parts)));
}

boost::asio::ip::tcp::endpoint Gateway::address() const {
  return parts_->address;
}

const Secret& Gateway::created_key() const noexcept {
  static const Secret none;
  return parts_->keys->created ? *parts_->keys->created : none;
}

std::string_view Gateway::provider_name() const noexcept {
  return parts_->provider->name();
}
std::string_view Gateway::default_model() const noexcept {
  return parts_->provider->default_model();
}

Result<> Gateway::reload() {
  const auto tls = server_tls(parts_->settings);
  for (auto& worker : parts_->workers) {
    worker->loop.post([&worker = *worker, tls] {
      if (tls) worker.server.set_tls(*tls);
      worker.access_log.reopen();
    });
  }
  if (!tls) return std::unexpected(tls.error());
  return {};
}

void Gateway::stop() {
  if (!std::exchange(parts_->running, false)) return;
  const auto deadline = net::Clock::now() + parts_->settings.drain_timeout;
  for (auto& worker : parts_->workers) {
    worker->loop.post([&worker = *worker, deadline] {
      worker.server.drain(deadline, [&worker] {
        worker.pool.clear();
        worker.access_log.flush();
        // Behind what the last connection still has to clear up.
        worker.loop.post([&worker] { worker.loop.stop(); });
      });
    });
  }
  for (auto& worker : parts_->workers) worker->thread.join();
}

}  // namespace tollway
