#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>

#include "net/client_pool.hpp"
#include "net/event.hpp"

namespace tollway::net {

// A large request on its way up, by a task of its own, while the answer is read.
struct ClientCall::Upload {
  explicit Upload(Loop& loop) : ended(loop) {}
  Event ended;
  bool done = false;
  Result<> result = internal_error("the upload broke off");
};

ClientCall::ClientCall(ClientPool& pool, Abort& abort)
    : pool_(pool), abort_(abort), answer_(pool.state_->take_reader()) {}

ClientCall::~ClientCall() {
  let_go();
  pool_.state_->give_back(std::move(answer_));
}

const http::Head& ClientCall::head() const noexcept {
  return answer_->head();
}

Task<Result<>> ClientCall::send(ClientRequest request) {
  assert(!connection_ && "a call carries one request");
  const TimePoint started = request.begun;
  timeouts_ = request.timeouts;
  ends_by_ = started + timeouts_.total;
  auto& pool = *pool_.state_;
  auto idle = pool.take_idle(pool.origin_of(request));
  reused_ = idle != nullptr;
  if (reused_) hold(std::move(idle));
  while (true) {
    if (!connection_) {
      auto connecting = connect(request);
      auto connected = co_await std::move(connecting);
      if (!connected) co_return connected;
    }
    sent_at_ = reused_ ? started : Clock::now();
    times_.connect = sent_at_ - started;
    auto exchanging = exchange(request);
    auto exchanged = co_await std::move(exchanging);
    if (exchanged) {
      // The caller may take its time from here on: read() sets the deadlines of its waits.
      connection_->socket.clear_deadline();
      co_return exchanged;
    }
    let_go();
    // An idle connection may die at the moment it is used: that says nothing about the request.
    const bool was_dead = exchanged.error().code == Errc::connection_lost && !answer_->begun();
    if (!reused_ || !was_dead) co_return exchanged;
    reused_ = false;
  }
}

Task<Result<>> ClientCall::connect(const ClientRequest& request) {
  auto& pool = *pool_.state_;
  const TimePoint deadline = std::min(Clock::now() + timeouts_.connect, ends_by_);
  auto connecting = pool.connect(pool.origin_of(request), deadline, abort_);
  auto connected = co_await std::move(connecting);
  if (!connected) co_return std::unexpected(std::move(connected.error()));
  hold(std::move(*connected));
  co_return Result<>{};
}

void ClientCall::hold(std::unique_ptr<PooledConnection> connection) {
  connection_ = std::move(connection);
  aborting_.emplace(abort_, connection_->socket);
}

// Sends the request and receives the answer's head, on the connection held.
Task<Result<>> ClientCall::exchange(const ClientRequest& request) {
  answer_->begin(request.no_answer_body);
  wait_from(sent_at_, timeouts_.first_byte, "sending the request to the upstream");
  if (request.head.size() + request.body.size() > limits::upload_at_once_bytes) {
    auto exchanging = exchange_large(request);
    co_return co_await std::move(exchanging);
  }
  WriteBuffers bytes{request.head, request.body};
  auto written = connection_->socket.write_now(bytes, Socket::Goes::with_turn);
  if (written && !bytes.empty()) {
    auto writing = connection_->socket.write(bytes);
    written = co_await std::move(writing);
  }
  if (written) {
    note_sent();
  } else if (written.error().code != Errc::connection_lost) {
    co_return written;
  }
  // A peer that has closed may have said why before.
  auto receiving = receive_head();
  auto received = co_await std::move(receiving);
  cut_short_ = !written;
  if (!received && !written && !answer_->begun()) co_return written;
  co_return received;
}

Task<Result<>> ClientCall::exchange_large(const ClientRequest& request) {
  Socket& socket = connection_->socket;
  Upload upload(socket.loop());
  socket.loop().tasks().spawn(this->upload({request.head, request.body}, upload));
  auto receiving = receive_head();
  auto received = co_await std::move(receiving);
  // An upstream that refuses the request does not need the rest of it (tests.md U26).
  if (!upload.done && !received) socket.fail(received.error());
  if (!upload.done && received && head().status() >= 300) socket.shutdown_send();
  // The caller's bytes are in use until the upload has ended, so this wait cannot be called off;
  // but each of the socket's deadlines and aborts ends the upload, and with it the wait.
  Abort never;
  while (!upload.done) {
    auto joining = upload.ended.wait(ends_by_, never);
    if (co_await std::move(joining) == Event::Woken::timed_out) socket.close();
  }
  cut_short_ = !upload.result;
  if (!received && !upload.result && !answer_->begun()) co_return upload.result;
  co_return received;
}

Task<> ClientCall::upload(WriteBuffers bytes, Upload& upload) {
  const auto end = [](Upload* ending) {
    ending->done = true;
    ending->ended.set();
  };
  const std::unique_ptr<Upload, decltype(end)> ending(&upload, end);  // on every way out
  auto writing = connection_->socket.write(bytes);
  upload.result = co_await std::move(writing);
  if (upload.result) note_sent();
}

Task<Result<>> ClientCall::receive_head() {
  Socket& socket = connection_->socket;
  while (true) {
    auto reading = socket.read_some(answer_->prepare());
    const auto size = co_await std::move(reading);
    if (!size && socket.closed_by_peer()) co_return answer_->closed();
    if (!size) co_return std::unexpected(size.error());
    answer_->received(*size);
    const auto there = answer_->read_head();
    if (!there) co_return std::unexpected(there.error());
    if (*there) break;
  }
  head_at_ = Clock::now();
  times_.first_byte = head_at_ - sent_at_;
  co_return Result<>{};
}

Task<Result<ClientCall::Piece>> ClientCall::read(std::optional<TimePoint> wake_at) {
  while (true) {
    auto content = answer_->next();
    if (!content) {
      let_go();
      co_return std::unexpected(std::move(content.error()));
    }
    if (content->end) let_go();
    if (!content->bytes.empty()) co_return Piece{Read::bytes, content->bytes, content->end};
    if (content->end) co_return Piece{.what = Read::end, .bytes = {}, .last = true};
    if (!connection_) co_return upstream_error(Errc::connection_lost, "the answer has broken off");

    Socket& socket = connection_->socket;
    if (!quiet_since_) quiet_since_ = Clock::now();
    wait_from(*quiet_since_, timeouts_.between_bytes, "waiting for more of the upstream's answer");
    auto reading = socket.read_some(answer_->prepare(), wake_at);
    const auto size = co_await std::move(reading);
    socket.clear_deadline();
    if (size && *size == 0) co_return Piece{.what = Read::quiet, .bytes = {}};
    quiet_since_.reset();
    if (size) {
      answer_->received(*size);
      continue;
    }
    auto failure = socket.closed_by_peer() ? answer_->closed() : std::unexpected(size.error());
    if (!failure) {
      let_go();
      co_return std::unexpected(std::move(failure.error()));
    }
  }
}

// Waits from now on last until `limit` after `start`, or the total limit.
void ClientCall::wait_from(TimePoint start, Duration limit, const char* what) {
  const TimePoint until = start + limit;
  connection_->socket.set_deadline(
      std::min(until, ends_by_),
      until <= ends_by_ ? what : "waiting for the upstream's whole answer");
}

void ClientCall::note_sent() {
  sent_at_ = Clock::now();
  wait_from(sent_at_, timeouts_.first_byte, "waiting for the upstream's answer");
}

// Parts with the connection: to the pool if it can carry another request, else for good.
void ClientCall::let_go() noexcept {
  aborting_.reset();
  if (!connection_) return;
  const bool usable = answer_->leaves_connection_usable() && !cut_short_ && !abort_.fired() &&
                      !connection_->socket.failed();
  if (usable) {
    pool_.state_->give_back(std::move(connection_));
  } else {
    connection_.reset();
  }
}

}  // namespace tollway::net
