#include "gateway.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "catalog/refresher.hpp"
#include "client/pricing_rows.hpp"
#include "client/routing_options.hpp"
#include "demo/model.hpp"
#include "dispatch/idle_probes.hpp"
#include "gateway/ledger_reader.hpp"
#include "gateway/pipeline.hpp"
#include "ledger/ledger.hpp"
#include "listening.hpp"
#include "local_servers.hpp"
#include "net/resolver.hpp"
#include "upstream_choice.hpp"
#include "upstreams.hpp"

namespace tollway {
namespace {

using Upstream = providers::OpenAICompatibleProvider;

// What the demonstration says it charges.
std::unordered_map<std::string, pricing::Rates> demonstration_rates() {
  constexpr std::int64_t nanodollar = 1'000'000;  // femtodollars
  std::unordered_map<std::string, pricing::Rates> own;
  for (const auto& model : demo::models()) {
    auto& rates = own[std::string(model.id)];
    const auto price = [&](pricing::Unit unit, std::uint64_t nanodollars) {
      rates[static_cast<std::size_t>(unit)] = pricing::TieredPrice{
          .base = {.femtodollars = static_cast<std::int64_t>(nanodollars) * nanodollar},
          .tiers = {}};
    };
    price(pricing::Unit::input, model.prompt_price);
    price(pricing::Unit::output, model.completion_price);
  }
  return own;
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

// One thread of the data plane and what it owns. Made and destroyed by the main thread, used by its
// own.
struct Worker {
  Worker(const settings::ServeSettings& settings, const gateway::GatewayOptions& options,
         const gateway::GatewayKeys& keys, const dispatch::UpstreamsPointer& upstreams,
         dispatch::Standings& standings, routing::RetryBudget& budget, routing::Line& line,
         routing::Affinity& affinity, net::Resolver& resolver,
         const std::shared_ptr<net::ssl::context>& client_tls, const net::ProxySettings& proxy,
         recording::Recorder* recorder, ledger::Ledger& ledger, gateway::LedgerReader& reader,
         gateway::TokenCounter& tokens, catalog::Refresher& catalogue,
         gateway::CostAlerts& cost_alerts)
      : pool(loop, resolver, client_tls, {.proxy = proxy}),
        probes(loop, pool, standings, random_seed()),
        dispatch(pool, {.connect = settings.upstream_connect_timeout,
                        .first_byte = settings.upstream_first_byte_timeout,
                        .between_bytes = settings.upstream_between_bytes_timeout,
                        .total = settings.upstream_total_timeout}),
        access_log(loop.deadlines(), settings.data_directory + "/access.jsonl"),
        journal(ledger.make_journal()),
        prices(demonstration_rates(), [&catalogue] { return catalogue.current(); }),
        endpoints(upstreams, standings, [&catalogue] { return catalogue.current(); }),
        routing{.router = routing::Router(random_seed()),
                .random = routing::Random(random_seed()),
                .budget = budget,
                .line = line,
                .affinity = &affinity},
        pipeline({.options = options,
                  .keys = keys,
                  .endpoints = endpoints,
                  .standings = standings,
                  .routing = routing,
                  .dispatch = dispatch,
                  .access_log = access_log,
                  .recorder = recorder,
                  .journal = journal.get(),
                  .prices = prices,
                  .loop = loop,
                  .ledger_reader = &reader,
                  .tokens = &tokens,
                  .catalogue = &catalogue,
                  .cost_alerts = &cost_alerts}),
        server(loop, pipeline,
               {.head_timeout = settings.client_head_timeout,
                .body_timeout = settings.client_body_timeout,
                .idle_timeout = settings.client_idle_timeout,
                .write_timeout = settings.client_write_timeout}) {
    prices.ask_for_tiers(
        [&catalogue](const std::string& model) { return catalogue.known_endpoints(model); });
  }

  // For requests that arrive from now on.
  void use(const settings::RoutingSettings& settings) {
    routing.options = course_options(settings);
    routing.strategy = routing::strategy_named(settings.strategy);
    routing.keep_explanations = settings.keep_explanations;
  }

  net::Loop loop;
  net::ClientPool pool;
  dispatch::IdleProbes probes;  // on the first worker alone
  dispatch::Dispatch dispatch;
  observe::AccessLog access_log;
  std::unique_ptr<ledger::Journal> journal;
  gateway::NewestPrices prices;
  dispatch::Endpoints endpoints;
  gateway::Routing routing;
  gateway::Pipeline pipeline;
  net::Server server;
  std::thread thread;
};

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
  explicit Parts(const settings::RoutingSettings& routing)
      : standings(breaker_options(routing)),
        retry_budget(routing.retry_share, routing.retries_saved_max),
        line(routing.queue_max),
        routing(routing) {}

  settings::ServeSettings settings;
  gateway::GatewayOptions options;
  std::optional<gateway::GatewayKeys::Opened> keys;
  UpstreamChoice choice;
  dispatch::Standings standings;
  routing::RetryBudget retry_budget;
  routing::Line line;
  routing::Affinity affinity;
  settings::RoutingSettings routing;
  // The last are those in use. Those before stay for the catalogue's question under way.
  std::vector<dispatch::UpstreamsPointer> upstreams;
  net::Resolver resolver;
  std::shared_ptr<net::ssl::context> client_tls;
  net::ProxySettings proxy;
  gateway::Prices::Overrides overrides;
  std::unique_ptr<recording::Recorder> recorder;
  std::unique_ptr<catalog::Refresher> catalogue;
  std::vector<std::shared_ptr<const Upstream>> probed;  // all that ever were, as of upstreams
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<gateway::LedgerReader> ledger_reader;
  gateway::TokenCounter tokens;
  gateway::CostAlerts cost_alerts{[](std::string_view line) { log::warning("{}", line); }};
  std::vector<std::unique_ptr<Worker>> workers;
  net::Tcp::endpoint address;
  bool running = false;

  [[nodiscard]] Result<> prepare(const Installation& installation);
  [[nodiscard]] Result<> open_ledger();
  [[nodiscard]] Result<> choose_upstream(const Installation& installation);
  [[nodiscard]] Result<> read_overrides(const Installation& installation);
  void make_catalogue(const Installation& installation);
  [[nodiscard]] std::vector<const catalog::Source*> probes(const Installation& installation);
  [[nodiscard]] const Upstream& chosen() const { return *upstreams.back()->all.front().provider; }
  [[nodiscard]] std::vector<const catalog::Source*> sources() const {
    return sources_of(*upstreams.back());
  }
  [[nodiscard]] Result<> listen();
  // What all threads share of it; workers have the rest.
  void use(const settings::RoutingSettings& changed) {
    standings.use(breaker_options(changed));
    retry_budget.use(changed.retry_share, changed.retries_saved_max);
    line.set_max(changed.queue_max);
  }
};

Result<> Gateway::Parts::prepare(const Installation& installation) {
  options.authenticate = settings.authenticate;
  options.request_body_bytes_max = settings.request_body_bytes_max;
  options.queue_delay_max = settings.queue_delay_max;
  options.silence_before_comment = settings.stream_silence;
  options.demand = {.first_content = settings.stream_first_content,
                    .tokens_a_second = settings.stream_tokens_a_second_min,
                    .window = settings.stream_speed_window};
  if (auto prepared = prepare_directory(settings.data_directory); !prepared) return prepared;
  auto opened = gateway::GatewayKeys::open(settings.data_directory);
  if (!opened) return std::unexpected(opened.error());
  keys = std::move(*opened);
  if (auto opened_ledger = open_ledger(); !opened_ledger) return opened_ledger;
  if (auto chosen = choose_upstream(installation); !chosen) return chosen;
  if (auto read = read_overrides(installation); !read) return read;
  auto tls = net::make_client_tls();
  if (!tls) return std::unexpected(tls.error());
  client_tls = std::move(*tls);
  auto from_environment = net::proxy_from_environment();
  if (!from_environment) return std::unexpected(from_environment.error());
  proxy = std::move(*from_environment);
  make_catalogue(installation);
  if (settings.record_directory.empty()) return {};
  auto created = recording::Recorder::create(settings.record_directory);
  if (!created) return std::unexpected(created.error());
  recorder = std::move(*created);
  return {};
}

Result<> Gateway::Parts::open_ledger() {
  auto opened = ledger::Ledger::open(
      {.directory = settings.data_directory,
       .sync = settings.ledger_sync == "second" ? ledger::Sync::second : ledger::Sync::process,
       .backlog_bytes_max = settings.ledger_backlog_bytes_max,
       .kept = settings.ledger_retention});
  if (!opened) return std::unexpected(opened.error());
  ledger = std::move(*opened);
  ledger_reader = std::make_unique<gateway::LedgerReader>(ledger->database_path());
  return {};
}

Result<> Gateway::Parts::choose_upstream(const Installation& installation) {
  if (auto checked = check_limits(installation); !checked) return checked;
  auto chosen = choice.make(installation);
  if (!chosen) return std::unexpected(chosen.error());
  const auto first = std::make_shared<const Upstream>(std::move(*chosen));
  upstreams.push_back(make_upstreams(installation, first, standings));
  return {};
}

Result<> Gateway::Parts::read_overrides(const Installation& installation) {
  auto read = client::read_overrides(installation.snapshot);
  if (!read) return std::unexpected(read.error());
  overrides = std::move(*read);
  return {};
}

// Servers of this machine that nobody configured: their models are listed.
std::vector<const catalog::Source*> Gateway::Parts::probes(const Installation& installation) {
  std::vector<const catalog::Source*> all;
  if (!settings::serve_settings_from(installation.snapshot).catalogue_probe_local) return all;
  const auto configured = sources();
  const auto own = parse_listen_address(settings.listen);
  for (auto& server : local_servers(installation, own ? own->port() : 0)) {
    const auto is_same = [&](const auto* source) { return source->key() == server->key(); };
    if (std::ranges::any_of(configured, is_same)) continue;
    all.push_back(server.get());
    probed.push_back(std::move(server));
  }
  return all;
}

void Gateway::Parts::make_catalogue(const Installation& installation) {
  catalog::Refresher::Options how;
  how.folder = settings.data_directory + "/catalogue";
  how.ttl = settings.catalogue_ttl;
  how.background = settings.catalogue_refresh;
  how.configured_model = chosen().default_model();
  how.overrides = overrides;
  how.probed = probes(installation);
  how.tls = client_tls;
  how.proxy = proxy;
  catalogue = std::make_unique<catalog::Refresher>(std::move(how), sources(), resolver);
}

Result<> Gateway::Parts::listen() {
  auto tls = server_tls(settings);
  if (!tls) return std::unexpected(tls.error());
  auto wanted = parse_listen_address(settings.listen);
  if (!wanted) return std::unexpected(wanted.error());
  address = *wanted;
  if (auto free = refuse_port_in_use(address); !free) return free;
  for (unsigned i = 0; i < settings.threads; ++i) {
    auto worker = std::make_unique<Worker>(settings, options, keys->keys, upstreams.back(),
                                           standings, retry_budget, line, affinity, resolver,
                                           client_tls, proxy, recorder.get(), *ledger,
                                           *ledger_reader, tokens, *catalogue, cost_alerts);
    worker->server.set_tls(*tls);
    worker->prices.use(overrides);
    worker->endpoints.use(overrides);
    worker->use(routing);
    if (auto opened = worker->access_log.open(); !opened) return opened;
    auto bound = worker->server.listen(address);
    if (!bound) return std::unexpected(bound.error());
    address = *bound;
    workers.push_back(std::move(worker));
  }
  catalogue->start();
  workers.front()->probes.use(upstreams.back(), routing.probe_idle);
  ::malloc_trim(0);  // what was needed to start goes back to the system before anyone is served
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

Result<std::unique_ptr<Gateway>> Gateway::start(settings::ServeSettings settings,
                                                const Installation& installation) {
  const auto routing = settings::routing_settings_from(installation.snapshot);
  auto parts = std::make_unique<Parts>(routing);
  parts->settings = std::move(settings);
  if (auto prepared = parts->prepare(installation); !prepared)
    return std::unexpected(prepared.error());
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
  return parts_->chosen().name();
}
std::string_view Gateway::default_model() const noexcept {
  return parts_->chosen().default_model();
}

Result<> Gateway::reload(const Installation& installation) {
  const auto tls = server_tls(parts_->settings);
  if (auto priced = parts_->read_overrides(installation); !priced) return priced;
  const auto chosen = parts_->choose_upstream(installation);
  const auto routing = settings::routing_settings_from(installation.snapshot);
  parts_->use(routing);
  for (auto& worker : parts_->workers) {
    worker->loop.post([&worker = *worker, tls, upstreams = parts_->upstreams.back(),
                       overrides = parts_->overrides, probes = worker == parts_->workers.front(),
                       routing] {
      if (tls) worker.server.set_tls(*tls);
      worker.access_log.reopen();
      worker.endpoints.use(upstreams);
      worker.prices.use(overrides);
      worker.endpoints.use(overrides);
      worker.use(routing);
      if (probes) worker.probes.use(upstreams, routing.probe_idle);
      // Idle connections were dialled under the addresses that the old settings allowed.
      worker.pool.clear();
    });
  }
  if (chosen) {
    const auto settings = settings::serve_settings_from(installation.snapshot);
    parts_->catalogue->use({.sources = parts_->sources(),
                            .probed = parts_->probes(installation),
                            .configured_model = std::string(parts_->chosen().default_model()),
                            .overrides = parts_->overrides,
                            .ttl = settings.catalogue_ttl,
                            .background = settings.catalogue_refresh});
  }
  if (!tls) return std::unexpected(tls.error());
  return chosen;
}

void Gateway::stop() {
  if (!std::exchange(parts_->running, false)) return;
  const auto deadline = net::Clock::now() + parts_->settings.drain_timeout;
  parts_->catalogue->stop();
  for (auto& worker : parts_->workers) {
    worker->loop.post([&worker = *worker, deadline] {
      worker.probes.stop();
      worker.server.drain(deadline, [&worker] {
        worker.pool.clear();
        worker.access_log.flush();
        worker.loop.stop_after_tasks();
      });
    });
  }
  for (auto& worker : parts_->workers) worker->thread.join();
}

}  // namespace tollway
