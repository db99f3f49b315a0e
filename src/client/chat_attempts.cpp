#include "client/chat_attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/error.hpp"
#include "base/log.hpp"
#include "client/chat_body.hpp"
#include "client/chat_cost.hpp"
#include "client/routing_options.hpp"
#include "dialects/chat_problem.hpp"
#include "dispatch/dispatch.hpp"
#include "dispatch/limit_words.hpp"
#include "dispatch/retry_after.hpp"
#include "routing/answer_speed.hpp"

namespace tollway::client {
namespace {

using routing::Course;
using routing::FailureClass;

std::chrono::microseconds since(net::TimePoint start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(net::Clock::now() - start);
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

std::vector<routing::Candidate> candidates_of(const ChatCallSpec& spec) {
  if (spec.decision != nullptr) {
    const auto all = spec.decision->candidates();
    return {all.begin(), all.end()};
  }
  std::vector<routing::Candidate> candidates;
  for (const ChatUpstream& upstream : spec.upstreams) {
    const auto& [standings, provider, key_name] = upstream.key;
    const std::string& model = candidates.empty() ? spec.model : upstream.facts->options.model;
    candidates.emplace_back().standing = &standings->endpoint(provider, key_name, model);
  }
  return candidates;
}

std::vector<routing::Place> places_of(const ChatCallSpec& spec) {
  if (spec.decision != nullptr) {
    const auto all = spec.decision->places();
    return {all.begin(), all.end()};
  }
  std::vector<routing::Place> places(spec.upstreams.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) places[i] = {.group = i, .candidate = i};
  return places;
}

routing::CourseOptions course_options_of(const ChatModelOptions& options) {
  auto course = course_options(options.routing);
  course.attempts_here_max = static_cast<std::uint8_t>(options.max_retries + 1);
  course.first_delay = options.retry_delay;
  course.hedge_after = {};
  return course;
}

}  // namespace

ChatAttempts::ChatAttempts(Runtime::Parts& parts, net::Abort& abort, ChatCallSpec spec)
    : parts_(parts),
      abort_(abort),
      spec_(std::move(spec)),
      bodies_(spec_.upstreams.size()),
      engine_(parts.engine(facts().options.routing)),
      decided_(decide()),
      candidates_(candidates_of(spec_)),
      places_(places_of(spec_)),
      course_({.candidates = candidates_,
               .places = places_,
               .budget = engine_.budget,
               .line = engine_.line,
               .random = engine_.random},
              course_options_of(facts().options), spec_.tokens, spec_.deadline),
      pause_(parts.loop) {
  bodies_.front() = std::move(spec_.body);
}

Result<> ChatAttempts::decide() {
  if (spec_.decision == nullptr) return {};
  auto decided = spec_.decision->decide(engine_.router, engine_.affinity(), spec_.started);
  if (spec_.explanation != nullptr) {
    *spec_.explanation = spec_.decision->explained(spec_.started);
  }
  return decided;
}

Result<> ChatAttempts::turn_to(std::size_t upstream) {
  current_ = upstream;
  attempt_started_ = net::Clock::now();
  first_byte_at_.reset();
  first_token_at_.reset();
  status_ = 0;
  said_.clear();
  retry_after_.reset();
  if (bodies_[current_]) return {};
  auto body = fallback_chat_body(facts(), *spec_.request, spec_.stream);
  bodies_[current_] = body ? std::move(*body) : dialects::ChatRequestBody();
  if (!body) return std::unexpected(std::move(body.error()));
  return {};
}

net::Task<Result<>> ChatAttempts::open() {
  if (!decided_) co_return decided_;
  for (;;) {
    if (abort_.fired()) co_return std::unexpected(abort_.reason());
    if (over_) co_return std::unexpected(*error_);
    const Course::Step step = course_.next(net::Clock::now());
    if (step.what == Course::Next::give_up) co_return std::unexpected(last_error(step.until));
    if (step.what == Course::Next::queue) {
      course_.queue(pause_.waker(), net::Clock::now());
      continue;
    }
    if (step.what == Course::Next::wait) {
      auto waiting = pause_.until(step.until, abort_);
      std::ignore = co_await std::move(waiting);  // the abort is looked at above
      continue;
    }
    if (auto turned = turn_to(step.candidate); !turned) {
      failed(std::move(turned.error()));
      continue;
    }
    auto attempting = attempt();
    auto opened = co_await std::move(attempting);
    if (opened) co_return opened;
    failed(std::move(opened.error()));
  }
}

// A request that is sent again because it was corrected is no retry.
net::Task<Result<>> ChatAttempts::attempt() {
  for (;;) {
    auto attempting = attempt_once();
    auto opened = co_await std::move(attempting);
    if (opened || abort_.fired() || !corrected()) co_return opened;
    record(name_of(opened.error().code));
    call_.reset();
    std::ignore = turn_to(current_);
  }
}

// Any answer but a 200 is the error that it says (dialects/chat_problem.hpp).
net::Task<Result<>> ChatAttempts::attempt_once() {
  auto sending = send();
  if (auto sent = co_await std::move(sending); !sent) co_return sent;

  const http::Head& head = call_->head();
  status_ = head.status();
  first_byte_at_ = net::Clock::now();
  timing_.first_byte = since(spec_.started);
  if (dispatch::says_limits(head)) {
    course_.told(dispatch::read_limit_words(head, std::chrono::system_clock::now()),
                 *first_byte_at_);
  }
  if (status_ == 200) co_return Result<>{};
  retry_after_ = dispatch::retry_after_of(head);
  auto reading = read_body(limits::error_body_bytes_max);
  if (auto read = co_await std::move(reading)) said_ = std::move(*read);
  co_return std::unexpected(dialects::problem_of_answer(provider_name(), status_, said_));
}

net::Task<Result<>> ChatAttempts::send() {
  const ChatModelOptions& options = facts().options;
  HeaderLines headers = options.headers;
  headers.emplace_back("Accept", spec_.stream ? "text/event-stream" : "application/json");
  const Secret head =
      write_request_head({.method = "POST", .target = facts().target}, options.base_url.origin,
                         options.authentication, headers, body().text.size());
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
                              .body = body().text,
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
      co_return upstream_error(
          Errc::upstream_too_large,
          fmt::format("{} answered with more than {} bytes", provider_name(), bytes_max));
    }
    body += piece->bytes;
  }
}

// Some models of reasoning take no temperature, which nobody may have asked for.
bool ChatAttempts::corrected() {
  const ChatModelFacts& asked = facts();
  if (status_ != 400 || !asked.options.temperature_is_default) return false;
  if (!dialects::refuses_parameter(said_, "temperature")) return false;
  if (!bodies_[current_]->drop_default_temperature()) return false;
  if (model() == asked.options.model) asked.temperature_refused = true;
  log::info("{} of {} refuses a temperature; it is asked without one", model(), provider_name());
  return true;
}

void ChatAttempts::failed(Error error, std::string_view said) {
  if (!said.empty()) said_ = said;
  end_attempt(error);
  const auto failure = class_of(error);
  error_ = std::move(error);
  over_ = abort_.fired() || !failure;
  if (!over_) course_.failed(*failure, retry_after_, net::Clock::now());
}

void ChatAttempts::broke_off(Error& error) {
  end_attempt(error);
  if (abort_.fired()) return;
  course_.answered({.outcome = routing::Outcome::failure, .failure = routing::FailureClass::broken},
                   spec_.tokens, net::Clock::now());
}

void ChatAttempts::end_attempt(Error& error) {
  if (abort_.fired()) error = abort_.reason();
  record(name_of(error.code));
  call_.reset();
  redact(error);
}

// Nullopt where no upstream is to blame.
std::optional<FailureClass> ChatAttempts::class_of(const Error& error) const {
  const bool garbage =
      error.code == Errc::upstream_invalid || error.code == Errc::upstream_too_large;
  const bool answered = status_ != 0;
  if (answered && !garbage && (status_ != 200 || !said_.empty())) {
    const auto failure = routing::classify(status_, said_);
    // Nobody knows whether there is such a model: there being none is no fault of the provider.
    return failure == FailureClass::model ? FailureClass::refused : failure;
  }
  if (error.source != Source::upstream) return std::nullopt;
  // What one has begun to answer, and will charge for, it is not asked again.
  if (answered) return FailureClass::broken;
  return dispatch::class_of(error);
}

void ChatAttempts::record(std::string_view error) {
  attempts_.push_back({.provider = provider_name(),
                       .model = model(),
                       .status = status_,
                       .error = std::string(error),
                       .duration = since(attempt_started_)});
}

void ChatAttempts::note_first_token() {
  if (first_token_at_) return;
  first_token_at_ = net::Clock::now();
  course_.answering();
  if (!timing_.first_token) timing_.first_token = since(spec_.started);
}

void ChatAttempts::succeeded(ChatReply& reply) {
  record({});
  report(reply);
  const std::int64_t used =
      reply.usage.prompt_tokens.value_or(0) + reply.usage.completion_tokens.value_or(0);
  const routing::AnswerTimes times{.began = attempt_started_,
                                   .first_byte = first_byte_at_,
                                   .first_token = first_token_at_,
                                   .ended = net::Clock::now()};
  course_.answered(routing::answered(times, reply.usage.completion_tokens.value_or(0)),
                   used > 0 ? used : spec_.tokens, net::Clock::now());
  if (spec_.decision == nullptr) return;
  spec_.decision->served(current_, reply.usage, engine_.affinity(), net::Clock::now());
}

void ChatAttempts::tell_attempts() const {
  if (spec_.failed_attempts != nullptr) *spec_.failed_attempts = attempts_;
}

void ChatAttempts::report(ChatReply& reply) {
  timing_.total = since(spec_.started);
  reply.attempts = attempts_;
  reply.timing = timing_;
  complete(reply);
}

void ChatAttempts::complete(ChatReply& reply) const {
  complete_cost(reply, facts().options, body().text, model());
}

Error ChatAttempts::last_error(net::TimePoint until) {
  if (error_) {
    Error error = *error_;
    if (course_.attempts() > 1) {
      error.message += fmt::format(" (after {} attempts)", attempts_.size());
    }
    return error;
  }
  const auto now = net::Clock::now();
  if (now >= spec_.deadline) {
    return upstream_error(Errc::upstream_timeout, "nobody was asked within the call's timeout")
        .error();
  }
  const auto seconds =
      std::max(std::chrono::ceil<std::chrono::seconds>(until - now), std::chrono::seconds(1));
  return {Errc::overloaded,
          Source::upstream,
          Retry::same,
          fmt::format("{}; try again in {} s", why_nobody_was_asked(), seconds.count()),
          {}};
}

std::string ChatAttempts::why_nobody_was_asked() const {
  std::string reasons;
  const auto now = net::Clock::now();
  for (const routing::Place& place : places_) {
    const routing::Standing& standing = *candidates_[place.candidate].standing;
    std::string_view reason = "was asked as often as its limits allow";
    if (standing.breaker.state(now) != routing::Breaker::State::closed) {
      reason = "is left alone after failures";
    }
    if (standing.key != nullptr && standing.key->rests(now)) {
      reason = "refused the API key, which rests since";
    }
    reasons += fmt::format("{}{} {}", reasons.empty() ? "" : ", ",
                           spec_.upstreams[place.candidate].facts->options.provider_name, reason);
  }
  return reasons;
}

// Some providers quote the key that they were given.
void ChatAttempts::redact(Error& error) const {
  std::string_view key = facts().options.authentication.value.reveal();
  key.remove_prefix(key.rfind(' ') + 1);   // npos + 1 is 0
  constexpr std::size_t key_size_min = 6;  // no real key is shorter, but many words are
  if (key.size() < key_size_min) return;
  replace_all(error.message, key, "[the API key]");
  replace_all(error.context, key, "[the API key]");
}

}  // namespace tollway::client
