#include "client/chat_attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "base/error.hpp"
#include "base/log.hpp"
#include "client/chat_cost.hpp"
#include "dialects/chat_problem.hpp"
#include "dispatch/retry_policy.hpp"
#include "net/event.hpp"

namespace tollway::client {
namespace {

std::chrono::microseconds since(net::TimePoint start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - start);
}

double draw() {
  thread_local std::minstd_rand generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

ChatAttempts::ChatAttempts(Runtime::Parts& parts, net::Abort& abort, ChatCallSpec spec)
    : parts_(parts), abort_(abort), spec_(std::move(spec)) {}

net::Task<Result<>> ChatAttempts::open() {
  attempt_started_ = net::Clock::now();
  status_ = 0;
  retry_after_.reset();
  temperature_refused_ = false;
  if (abort_.fired()) co_return std::unexpected(abort_.reason());
  auto sending = send();
  if (auto sent = co_await std::move(sending); !sent) co_return sent;

  const http::Head& head = call_->head();
  status_ = head.status();
  timing_.first_byte = since(spec_.started);
  if (status_ == 200) co_return Result<>{};
  if (const auto value = head.find("retry-after")) {
    retry_after_ = dispatch::parse_retry_after(*value, std::chrono::system_clock::now());
  }
  auto reading = read_body(limits::error_body_bytes_max);
  const auto read = co_await std::move(reading);
  const std::string body = read ? *read : std::string();
  temperature_refused_ = status_ == 400 && dialects::refuses_parameter(body, "temperature");
  co_return std::unexpected(
      dialects::problem_of_answer(spec_.facts->options.provider_name, status_, body));
}

net::Task<Result<>> ChatAttempts::send() {
  const ChatModelOptions& options = spec_.facts->options;
  HeaderLines headers = options.headers;
  headers.emplace_back("Accept", spec_.stream ? "text/event-stream" : "application/json");
  const Secret head =
      write_request_head({.method = "POST", .target = spec_.facts->target}, options.base_url.origin,
                         options.authentication, headers, spec_.body.text.size());
  const net::Duration left = spec_.deadline - net::Clock::now();
  if (left <= net::Duration::zero()) {
    co_return upstream_error(
        Errc::upstream_timeout,
        fmt::format("{} was not done within the call's timeout", options.provider_name));
  }
  call_.emplace(parts_.pool, abort_);
  const net::ClientTimeouts timeouts{
      .connect = std::min<net::Duration>(limits::connect_timeout, left),
      .first_byte = left,
      .between_bytes = std::min<net::Duration>(limits::between_bytes_timeout, left),
      .total = left};
  auto sending = call_->send({.origin = options.base_url.origin,
                              .addresses = options.addresses,
                              .head = head.reveal(),
                              .body = spec_.body.text,
                              .timeouts = timeouts});
  co_return co_await std::move(sending);
}

bool ChatAttempts::is_event_stream() const {
  constexpr std::string_view event_stream = "text/event-stream";
  const auto type = call_->head().find("content-type").value_or(std::string_view());
  return http::equals_ignoring_case(type.substr(0, event_stream.size()), event_stream);
}

net::Task<Result<std::string>> ChatAttempts::read_body(std::size_t bytes_max) {
  std::string body;
  for (;;) {
    auto reading = call_->read();
    const auto piece = co_await std::move(reading);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->what == net::ClientCall::Read::end) co_return body;
    if (body.size() + piece->bytes.size() > bytes_max) {
      co_return upstream_error(Errc::upstream_too_large,
                               fmt::format("{} answered with more than {} bytes",
                                           spec_.facts->options.provider_name, bytes_max));
    }
    body += piece->bytes;
  }
}

void ChatAttempts::failed(Error& error) {
  if (abort_.fired()) error = abort_.reason();
  record(status_, name_of(error.code));
  call_.reset();
  redact(error);
}

net::Task<bool> ChatAttempts::try_again(Error& error) {
  failed(error);
  if (!abort_.fired() && corrected()) co_return true;
  if (abort_.fired() || !dispatch::another_try_may_help(error)) co_return false;

  const ChatModelOptions& options = spec_.facts->options;
  const auto delay = dispatch::delay_before_retry(
      {.retries_max = options.max_retries, .first_delay = options.retry_delay},
      {.retries = static_cast<int>(attempts_.size()) - 1 - corrections_,
       .retry_after = retry_after_,
       .time_left = spec_.deadline - net::Clock::now(),
       .random = draw()});
  if (!delay) {
    if (attempts_.size() > 1)
      error.message += fmt::format(" (after {} attempts)", attempts_.size());
    co_return false;
  }
  net::Event pause(parts_.loop);
  auto waiting = pause.wait(net::Clock::now() + *delay, abort_);
  const bool waited = co_await std::move(waiting) != net::Event::Woken::aborted;
  if (!waited) error = abort_.reason();
  co_return waited;
}

// Some models of reasoning take no temperature, which nobody may have asked for.
bool ChatAttempts::corrected() {
  const ChatModelFacts& facts = *spec_.facts;
  if (!temperature_refused_ || !facts.options.temperature_is_default) return false;
  if (!spec_.body.drop_default_temperature()) return false;
  ++corrections_;
  if (spec_.model == facts.options.model) facts.temperature_refused = true;
  log::info("{} of {} refuses a temperature; it is asked without one", spec_.model,
            facts.options.provider_name);
  return true;
}

void ChatAttempts::record(int status, std::string_view error) {
  attempts_.push_back({.provider = spec_.facts->options.provider_name,
                       .model = spec_.model,
                       .status = status,
                       .error = std::string(error),
                       .duration = since(attempt_started_)});
}

void ChatAttempts::note_first_token() {
  if (!timing_.first_token) timing_.first_token = since(spec_.started);
}

void ChatAttempts::succeeded(ChatReply& reply) {
  record(status_, {});
  report(reply);
}

void ChatAttempts::report(ChatReply& reply) {
  timing_.total = since(spec_.started);
  reply.attempts = attempts_;
  reply.timing = timing_;
  complete_cost(reply, spec_.facts->options, spec_.body.text, spec_.model);
}

// Some providers quote the key that they were given.
void ChatAttempts::redact(Error& error) const {
  std::string_view key = spec_.facts->options.authentication.value.reveal();
  key.remove_prefix(key.rfind(' ') + 1);   // npos + 1 is 0
  constexpr std::size_t key_size_min = 6;  // no real key is shorter, but many words are
  if (key.size() < key_size_min) return;
  replace_all(error.message, key, "[the API key]");
  replace_all(error.context, key, "[the API key]");
}

}  // namespace tollway::client
