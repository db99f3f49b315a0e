#include "dispatch/idle_probes.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "dispatch/dispatch.hpp"
#include "routing/probed.hpp"

namespace tollway::dispatch {
namespace {

constexpr net::Duration long_time = std::chrono::hours(24);
constexpr net::Duration look_every_max = std::chrono::seconds(1);
constexpr net::Duration look_every_min = std::chrono::milliseconds(50);
// A connection is kept for lists of a usual size.
constexpr std::size_t read_bytes_max = 1024 * 1024;
constexpr int server_errors = 500;

std::string head_of(const providers::OpenAICompatibleProvider& provider) {
  static const http::Head no_client;
  std::string head;
  provider.write_head({.method = "GET",
                       .path = provider.description()->models.path,
                       .query = {},
                       .model = {},
                       .client_head = no_client},
                      head);
  return head;
}

net::Task<> read_on(net::ClientCall& call) {
  std::size_t bytes = 0;
  while (bytes < read_bytes_max) {
    auto reading = call.read();
    const auto piece = co_await std::move(reading);
    if (!piece || piece->what == net::ClientCall::Read::end) co_return;
    bytes += piece->bytes.size();
  }
}

}  // namespace

void IdleProbes::use(UpstreamsPointer upstreams, net::Duration idle) {
  upstreams_ = std::move(upstreams);
  idle_ = idle;
  changed_.set();
  if (running_ || idle_ <= net::Duration::zero() || abort_.fired()) return;
  running_ = true;
  loop_.tasks().spawn(run());
}

void IdleProbes::stop() {
  abort_.fire(internal_error("the program ends").error());
}

net::Task<> IdleProbes::run() {
  while (!abort_.fired()) {
    net::Duration pause = long_time;
    if (idle_ > net::Duration::zero()) {
      look(net::Clock::now());
      pause = std::clamp(idle_ / 4, look_every_min, look_every_max);
    }
    auto waiting = changed_.wait(net::Clock::now() + pause, abort_);
    co_await std::move(waiting);
  }
}

void IdleProbes::look(net::TimePoint now) {
  for (const Upstream& upstream : upstreams_->all) {
    Asked& asked = asked_[{std::string(upstream.provider->key()), upstream.key_name}];
    if (asked.under_way || now < asked.due || !is_idle(upstream, now)) continue;
    asked.under_way = true;
    loop_.tasks().spawn(probe(upstream, &asked));
  }
}

bool IdleProbes::is_idle(const Upstream& upstream, net::TimePoint now) const {
  const auto all = standings_.endpoints_of(upstream.provider->key(), upstream.key_name);
  std::optional<net::TimePoint> used;
  for (const auto* standing : all) {
    if (standing->health.in_use()) return false;
    used = std::max(used, standing->health.last_used());
  }
  return used && now - *used >= idle_;
}

net::Task<> IdleProbes::probe(Upstream upstream, Asked* asked) {
  auto asking = ask(upstream);
  const auto probe = co_await std::move(asking);
  const auto now = net::Clock::now();
  if (probe) {
    for (auto* standing : standings_.endpoints_of(upstream.provider->key(), upstream.key_name)) {
      note_probe(*standing, *probe);
    }
  }
  asked->due = next_after(upstream, now);
  asked->under_way = false;
}

net::Task<std::optional<routing::Probe>> IdleProbes::ask(const Upstream& upstream) {
  const auto& provider = *upstream.provider;
  const std::string head = head_of(provider);
  const auto began = net::Clock::now();
  net::ClientCall call(pool_, abort_);
  auto sending = call.send({.origin = provider.origin(),
                            .addresses = provider.addresses(),
                            .head = head,
                            .body = {},
                            .timeouts = timeouts});
  const auto sent = co_await std::move(sending);
  if (abort_.fired() || (!sent && sent.error().source != Source::upstream)) co_return std::nullopt;
  routing::Probe probe{.at = net::Clock::now()};
  if (!sent) {
    probe.failure = class_of(sent.error());
    co_return probe;
  }
  probe.first_byte_s = std::chrono::duration<float>(probe.at - began).count();
  const int status = call.head().status();
  if (status >= server_errors) probe.failure = routing::classify(status, {});
  auto reading = read_on(call);
  co_await std::move(reading);
  co_return probe;
}

// Where it is down: soon, and as soon as a breaker lets a probe through.
net::TimePoint IdleProbes::next_after(const Upstream& upstream, net::TimePoint now) {
  net::TimePoint due = now + jittered(idle_);
  for (const auto* standing :
       standings_.endpoints_of(upstream.provider->key(), upstream.key_name)) {
    if (!is_down_by_probes(*standing)) continue;
    const auto soon = std::max(now + jittered(again_after), standing->breaker.opens_at());
    due = std::min(due, soon);
  }
  return due;
}

// A tenth more or less, so that not all are asked at once.
net::Duration IdleProbes::jittered(net::Duration usual) {
  constexpr double least = 0.9;
  constexpr double range = 0.2;
  const double factor = least + range * random_.fraction();
  return net::Duration(
      static_cast<net::Duration::rep>(static_cast<double>(usual.count()) * factor));
}

}  // namespace tollway::dispatch
