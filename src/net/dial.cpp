#include "net/dial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "net/event.hpp"

namespace tollway::net {
namespace {

std::string host_and_port(const DialTarget& target) {
  const bool v6 = target.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", target.host, target.port)
            : fmt::format("{}:{}", target.host, target.port);
}

// Connecting to a port of this machine that nobody listens on can, by chance, meet itself.
bool is_connected_to_itself(const TcpSocket& socket) {
  boost::system::error_code ignored;
  const auto remote = socket.remote_endpoint(ignored);
  return remote.address().is_loopback() && remote == socket.local_endpoint(ignored);
}

// The attempts at one target's addresses. Shared with the handlers of those still under way.
class Race : public std::enable_shared_from_this<Race> {
 public:
  Race(Loop& loop, Resolver::Addresses addresses, const DialTarget& target)
      : progress_(loop), port_(target.port), policy_(target.addresses) {
    addresses.resize(std::min(addresses.size(), limits::dial_addresses_max));
    for (const auto& address : addresses) {
      attempts_.push_back({address, TcpSocket(loop.executor()), {}});
    }
  }

  // Tries the next address that may be dialled, if there is one.
  void start_next();
  [[nodiscard]] bool all_started() const noexcept { return started_ == attempts_.size(); }
  [[nodiscard]] bool all_failed() const noexcept { return all_started() && under_way_ == 0; }
  [[nodiscard]] bool all_refused() const noexcept { return refused_ == attempts_.size(); }
  [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }
  [[nodiscard]] std::optional<TcpSocket>& winner() noexcept { return winner_; }
  // Set whenever an attempt ends.
  [[nodiscard]] Event& progress() noexcept { return progress_; }
  void close_all() noexcept;
  // "192.0.2.1: connection refused, 192.0.2.2: no answer"
  [[nodiscard]] std::string outcomes() const;

 private:
  struct Attempt {
    asio::ip::address address;
    TcpSocket socket;
    std::string outcome;
  };
  void finished(Attempt& attempt, const boost::system::error_code& code);

  Event progress_;
  std::uint16_t port_;
  AddressPolicy policy_;
  std::vector<Attempt> attempts_;  // not resized once the first has started
  std::size_t started_ = 0;
  std::size_t under_way_ = 0;
  std::size_t refused_ = 0;
  std::optional<TcpSocket> winner_;
};

void Race::start_next() {
  while (!all_started()) {
    Attempt& attempt = attempts_[started_++];
    const Tcp::endpoint endpoint(attempt.address, port_);
    if (const auto allowed = check_address(endpoint.address(), policy_); !allowed) {
      attempt.outcome = allowed.error().message;
      ++refused_;
      continue;
    }
    boost::system::error_code code;
    attempt.socket.open(endpoint.protocol(), code);
    if (code) {
      attempt.outcome = code.message();
      continue;
    }
    ++under_way_;
    attempt.outcome = "no answer";
    attempt.socket.async_connect(
        endpoint, [self = shared_from_this(), &attempt](const boost::system::error_code& result) {
          self->finished(attempt, result);
        });
    return;
  }
}

void Race::finished(Attempt& attempt, const boost::system::error_code& code) {
  --under_way_;
  boost::system::error_code failure = code;
  if (!failure && is_connected_to_itself(attempt.socket)) {
    failure = asio::error::connection_refused;
  }
  if (failure) {
    if (failure != asio::error::operation_aborted) attempt.outcome = failure.message();
    attempt.socket.close(failure);
  } else if (winner_ || !attempt.socket.is_open()) {
    attempt.socket.close(failure);
  } else {
    winner_ = std::move(attempt.socket);
  }
  progress_.set();
}

void Race::close_all() noexcept {
  boost::system::error_code ignored;  // closing cannot fail in a way that we could mend
  for (auto& attempt : attempts_) attempt.socket.close(ignored);
}

std::string Race::outcomes() const {
  std::string out;
  for (const auto& attempt : std::span(attempts_).first(started_)) {
    if (!out.empty()) out += ", ";
    // The guard's words name the address already.
    const bool named = attempt.outcome.starts_with(attempt.address.to_string());
    out += named ? attempt.outcome
                 : fmt::format("{}: {}", attempt.address.to_string(), attempt.outcome);
  }
  return out;
}

std::unexpected<Error> all_addresses_failed(const Race& race, const DialTarget& target) {
  const auto code = race.all_refused() ? Errc::address_refused : Errc::connect_failed;
  return upstream_error(
      code, fmt::format("cannot connect to {}: {}", host_and_port(target), race.outcomes()));
}

}  // namespace

Resolver::Addresses with_families_interleaved(const Resolver::Addresses& addresses) {
  Resolver::Addresses first;
  Resolver::Addresses second;
  for (const auto& address : addresses) {
    (address.is_v6() == addresses.front().is_v6() ? first : second).push_back(address);
  }
  Resolver::Addresses out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

Task<Result<TcpSocket>> dial(Loop& loop, Resolver& resolver, DialTarget target, TimePoint deadline,
                             Abort& abort) {
  const TimePoint resolved_by = std::min(deadline, Clock::now() + limits::resolve_timeout);
  auto resolving = resolver.resolve(loop, target.host, resolved_by, abort);
  auto addresses = co_await std::move(resolving);
  if (!addresses) co_return std::unexpected(std::move(addresses.error()));

  const auto race = std::make_shared<Race>(loop, with_families_interleaved(*addresses), target);
  while (true) {
    race->start_next();
    if (race->all_failed()) co_return all_addresses_failed(*race, target);
    const TimePoint until = race->all_started()
                                ? deadline
                                : std::min(deadline, Clock::now() + limits::happy_eyeballs_delay);
    auto waiting = race->progress().wait(until, abort);
    const auto woken = co_await std::move(waiting);
    if (woken == Event::Woken::aborted) {
      race->close_all();
      co_return std::unexpected(abort.reason());
    }
    if (race->winner()) {
      race->close_all();
      TcpSocket socket = std::move(*race->winner());
      boost::system::error_code ignored;  // a socket that is broken says so when it is used
      socket.set_option(Tcp::no_delay(true), ignored);
      co_return std::move(socket);
    }
    if (Clock::now() >= deadline) {
      race->close_all();
      co_return upstream_error(Errc::connect_timeout,
                               fmt::format("connecting to {} took too long: {}",
                                           host_and_port(target), race->outcomes()));
    }
  }
}

}  // namespace tollway::net
