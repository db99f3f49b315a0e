#include "support/fault_upstream.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <tuple>

namespace tollway::test {
namespace {

void split_request_line(Request& request) {
  const auto first = request.start_line.find(' ');
  const auto second = request.start_line.rfind(' ');
  if (first == std::string::npos || second <= first) return;
  request.method = request.start_line.substr(0, first);
  request.target = request.start_line.substr(first + 1, second - first - 1);
}

}  // namespace

UpstreamConnection::UpstreamConnection(FaultUpstream& upstream, Wire wire, int index)
    : upstream_(upstream), wire_(std::move(wire)), index_(index) {}

std::optional<Request> UpstreamConnection::read_request_head() {
  Request request;
  request.connection = index_;
  if (!reader_.read_head(request, false)) return std::nullopt;
  split_request_line(request);
  upstream_.saw(request);
  return request;
}

std::optional<Request> UpstreamConnection::read_request() {
  Request request;
  request.connection = index_;
  if (!reader_.read_head(request, false)) return std::nullopt;
  split_request_line(request);
  reader_.read_body(request);
  upstream_.saw(request);
  if (!request.complete) {
    if (reader_.last_wait() == Got::end || reader_.last_wait() == Got::reset) {
      upstream_.saw_hangup();
    }
    return std::nullopt;
  }
  return request;
}

bool UpstreamConnection::wait_for(const Signal& signal) {
  std::array<pollfd, 2> watched{
      {{signal.descriptor(), POLLIN, 0}, {upstream_.stopping_.descriptor(), POLLIN, 0}}};
  ::poll(watched.data(), watched.size(), static_cast<int>(patience.count()));
  return signal.is_set();
}

bool UpstreamConnection::stall(Millis time) {
  const auto waited = wire_.wait_for_hangup(time);
  if (waited == Got::end || waited == Got::reset) upstream_.saw_hangup();
  return waited == Got::timeout;
}

void UpstreamConnection::stall_until_hangup() {
  // As long as the upstream lives, which is as long as the test does.
  while (stall(patience)) {
  }
}

void UpstreamConnection::finish() {
  wire_.half_close();
  std::string rest;
  while (wire_.is_open() && wire_.receive(rest) == Got::bytes) rest.clear();
  wire_.close();
}

FaultUpstream::FaultUpstream(Script script, Options options)
    : script_(std::move(script)),
      options_(options),
      listener_(listen_on_loopback(SOMAXCONN, options.ipv6)),
      acceptor_([this] { accept(); }) {}

FaultUpstream::~FaultUpstream() {
  stopping_.set();
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(listener_.descriptor);
}

void FaultUpstream::accept() {
  std::array<pollfd, 2> watched{
      {{listener_.descriptor, POLLIN, 0}, {stopping_.descriptor(), POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), -1) >= 0 || errno == EINTR) {
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    const int socket = ::accept4(listener_.descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::scoped_lock lock(mutex_);
    threads_.emplace_back([this, socket, index = connections_] { serve(socket, index); });
    ++connections_;
    changed_.notify_all();
  }
}

void FaultUpstream::serve(int socket, int index) {
  UpstreamConnection connection(*this, Wire(socket, {stopping_.descriptor()}), index);
  if (options_.tls != nullptr && !connection.wire().start_tls_as_server(options_.tls)) {
    const std::scoped_lock lock(mutex_);
    tls_failures_.push_back(connection.wire().tls_error());
    changed_.notify_all();
    return;
  }
  script_(connection);
  connection.finish();
}

void FaultUpstream::saw(Request request) {
  const std::scoped_lock lock(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_all();
}

void FaultUpstream::saw_hangup() {
  const std::scoped_lock lock(mutex_);
  ++hangups_;
  changed_.notify_all();
}

std::string FaultUpstream::url() const {
  return url_for(options_.ipv6 ? "[::1]" : "127.0.0.1");
}

std::string FaultUpstream::url_for(std::string_view host) const {
  return fmt::format("{}://{}:{}/api/v1", options_.tls != nullptr ? "https" : "http", host, port());
}

int FaultUpstream::connection_count() const {
  const std::scoped_lock lock(mutex_);
  return connections_;
}

int FaultUpstream::request_count() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<int>(requests_.size());
}

std::vector<Request> FaultUpstream::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

Request FaultUpstream::request(std::size_t index) const {
  if (!wait_for_requests(static_cast<int>(index) + 1)) {
    ADD_FAILURE() << "the upstream saw no request " << index;
    return {};
  }
  const std::scoped_lock lock(mutex_);
  return requests_[index];
}

int FaultUpstream::hangup_count() const {
  const std::scoped_lock lock(mutex_);
  return hangups_;
}

std::vector<std::string> FaultUpstream::tls_failures() const {
  const std::scoped_lock lock(mutex_);
  return tls_failures_;
}

bool FaultUpstream::wait_for_connections(int count, Millis timeout) const {
  return wait(timeout, [&] { return connections_ >= count; });
}

bool FaultUpstream::wait_for_requests(int count, Millis timeout) const {
  return wait(timeout, [&] { return requests_.size() >= static_cast<std::size_t>(count); });
}

bool FaultUpstream::wait_for_hangup(Millis timeout) const {
  return wait_for_hangups(1, timeout);
}

bool FaultUpstream::wait_for_hangups(int count, Millis timeout) const {
  return wait(timeout, [&] { return hangups_ >= count; });
}

FaultUpstream::Script FaultUpstream::answering(std::function<std::string(const Request&)> answer) {
  return [answer = std::move(answer)](UpstreamConnection& connection) {
    while (const auto request = connection.read_request()) connection.send(answer(*request));
  };
}

FaultUpstream::Script FaultUpstream::answering(std::string answer) {
  return answering([answer = std::move(answer)](const Request&) { return answer; });
}

BlackHole::BlackHole() : listener_(listen_on_loopback(0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(listener_.port);
  // The kernel takes one or two into the backlog; the first that stays in the handshake shows that
  // it is full.
  for (bool full = false; !full && fillers_.size() < 16;) {
    const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    fillers_.push_back(filler);
    std::ignore = ::connect(filler, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    pollfd connected{filler, POLLOUT, 0};
    full = ::poll(&connected, 1, 100) == 0;
  }
}

BlackHole::~BlackHole() {
  for (const int filler : fillers_) ::close(filler);
  ::close(listener_.descriptor);
}

std::string BlackHole::url() const {
  return fmt::format("http://127.0.0.1:{}/api/v1", port());
}

}  // namespace tollway::test
