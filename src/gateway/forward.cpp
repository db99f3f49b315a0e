#include "gateway/forward.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

#include "dialects/json_reader.hpp"
#include "dialects/request_edit.hpp"
#include "dialects/vendor_request.hpp"
#include "dispatch/limit_words.hpp"
#include "gateway/candidates.hpp"
#include "gateway/relay.hpp"
#include "gateway/route.hpp"
#include "net/event.hpp"

namespace tollway::gateway {
namespace {

using routing::Course;

dialects::RequestForm form_of(std::string_view route) {
  using dialects::RequestForm;
  if (route == "chat/completions") return RequestForm::chat;
  if (route == "completions") return RequestForm::completions;
  if (route == "responses") return RequestForm::responses;
  return route == "messages" ? RequestForm::messages : RequestForm::other;
}

dialects::VendorForm form_of(const providers::Description& vendor, std::string_view model) {
  return {.model = model,
          .max_tokens_field = vendor.max_tokens_field,
          .reasoning_object = vendor.reasoning_object,
          .cache_control = vendor.cache_control,
          .stream_usage = vendor.stream_usage};
}

// Which of the models it is to be is decided here.
std::string for_openrouter(std::string_view body, std::string_view model) {
  const std::string name = dialects::json_string(model);
  const std::array<dialects::MemberEdit, 4> edits{{{.name = "model", .value = name},
                                                   {.name = "models", .value = std::nullopt},
                                                   {.name = "fallbacks", .value = std::nullopt},
                                                   {.name = "route", .value = std::nullopt}}};
  return dialects::edited(body, edits);
}

// ": too many requests", where an error says something; as far as a client may want to know.
std::string said_in(std::string_view body) {
  constexpr std::size_t said_bytes_max = 1000;
  const auto object = dialects::parse_object(body);
  simdjson::dom::object error;
  std::string_view message;
  if (!object || (*object)["error"].get(error) != simdjson::SUCCESS ||
      error["message"].get(message) != simdjson::SUCCESS || message.size() > said_bytes_max) {
    return {};
  }
  return fmt::format(": {}", message);
}

void replace_header(std::string& lines, std::string_view name, std::string_view value) {
  for (std::size_t at = 0; at < lines.size();) {
    const auto end = std::min(lines.find("\r\n", at), lines.size());
    const auto colon = std::min(lines.find(':', at), end);
    if (http::equals_ignoring_case(std::string_view(lines).substr(at, colon - at), name)) {
      lines.replace(colon, end - colon, fmt::format(": {}", value));
      return;
    }
    at = end + 2;
  }
}

// One request through its attempts, until one of them is answered or nobody is left to ask.
class Forwarding {
 public:
  static net::Task<Result<>> run(Request& request, Candidates& candidates);

 private:
  Forwarding(Request& request, Candidates& candidates)
      : request_(request),
        candidates_(candidates),
        ends_by_(request.arrived + request.services.dispatch.patience()),
        course_({.candidates = candidates_.all(),
                 .places = candidates_.places(),
                 .budget = request.services.routing.budget,
                 .random = request.services.routing.random},
                request.services.routing.options, candidates_.tokens(), ends_by_) {}

  // True: the client has its answer.
  [[nodiscard]] net::Task<Result<bool>> attempt(std::uint32_t candidate);
  // Lists and the like cost nothing.
  [[nodiscard]] bool metered() const {
    return request_.services.journal != nullptr && request_.route->method == "POST";
  }
  [[nodiscard]] std::string_view body_for(std::uint32_t candidate);
  void begin_recording(const dispatch::Outgoing& outgoing);
  void record_head(const http::Head& head);
  // Nothing came of it that a client could be given.
  [[nodiscard]] Result<bool> failed(Error error);
  void refused();
  void answered(std::uint32_t candidate);
  [[nodiscard]] routing::Attempt measured() const;
  [[nodiscard]] net::Task<Result<>> wait_until(net::TimePoint until);
  [[nodiscard]] net::Task<Result<>> give_up(net::TimePoint until);
  [[nodiscard]] net::Task<Result<>> pass_refusal();
  [[nodiscard]] net::Task<Result<>> end_begun(Error error);

  Request& request_;
  Candidates& candidates_;
  net::TimePoint ends_by_;
  Course course_;
  std::string body_;                          // where it differs from the client's
  std::optional<Error> error_;                // of the last attempt
  std::optional<routing::Duration> soonest_;  // of the times that refusals asked to wait for
};

net::Task<Result<>> Forwarding::run(Request& request, Candidates& candidates) {
  Forwarding forwarding(request, candidates);
  if (request.facts.stream && request.route->chat) request.silence.begin();
  std::optional<Result<>> ended;  // nullopt: nobody is left
  Course::Step step;
  std::exception_ptr thrown;
  try {
    while (!ended) {
      step = forwarding.course_.next(net::Clock::now());
      if (step.what == Course::Next::give_up) break;
      if (step.what == Course::Next::wait) {
        auto waiting = forwarding.wait_until(step.until);
        if (auto waited = co_await std::move(waiting); !waited) ended = std::move(waited);
        continue;
      }
      auto attempting = forwarding.attempt(step.candidate);
      const auto done = co_await std::move(attempting);
      if (!done) {
        ended = std::unexpected(done.error());
      } else if (*done) {
        ended.emplace();
      }
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  request.silence.stop();
  if (request.silence.writing()) {
    auto silencing = request.silence.end();
    co_await std::move(silencing);
  }
  if (thrown) std::rethrow_exception(thrown);
  if (ended && (*ended || request.committed || ended->error().source == Source::client)) {
    co_return std::move(*ended);
  }
  auto ending =
      ended ? forwarding.end_begun(std::move(ended->error())) : forwarding.give_up(step.until);
  co_return co_await std::move(ending);
}

net::Task<Result<>> Forwarding::wait_until(net::TimePoint until) {
  net::Event never(request_.services.loop);
  auto waiting = never.wait(until, request_.exchange.abort());
  if (co_await std::move(waiting) != net::Event::Woken::aborted) co_return Result<>{};
  co_return std::unexpected(request_.exchange.abort().reason());
}

net::Task<Result<bool>> Forwarding::attempt(std::uint32_t candidate) {
  const dispatch::Target& target = candidates_.target(candidate);
  const auto& provider = *target.upstream->provider;
  const std::string_view asked_for = candidates_.asked_for(candidate);
  if (metered()) {
    if (request_.settlement.must_count()) {  // of the attempt before
      auto counting = request_.settlement.count();
      co_await std::move(counting);
    }
    if (auto begun = request_.settlement.begin(provider.key(), asked_for); !begun) {
      co_return std::unexpected(std::move(begun.error()));
    }
  }
  request_.begin_attempt(provider, asked_for, target.model.empty() ? asked_for : target.model);
  const std::string_view body = body_for(candidate);
  const dispatch::Outgoing outgoing{.provider = provider,
                                    .method = request_.route->method,
                                    .path = request_.route_path,
                                    .query = request_.query,
                                    .model = request_.model_there,
                                    .client_head = request_.exchange.head(),
                                    .body = body,
                                    .ends_by = ends_by_};
  begin_recording(outgoing);
  std::optional<net::ClientCall> call;
  auto starting =
      request_.services.dispatch.start(outgoing, request_.exchange.abort(), call, request_.times);
  if (auto started = co_await std::move(starting); !started) {
    co_return failed(std::move(started.error()));
  }
  request_.first_byte_at = net::Clock::now();
  request_.upstream_status = call->head().status();
  record_head(call->head());
  course_.told(dispatch::read_limit_words(call->head(), std::chrono::system_clock::now()),
               *request_.first_byte_at);

  auto relaying = relay(request_, *call);
  const auto relayed = co_await std::move(relaying);
  if (!relayed) co_return failed(relayed.error());
  if (*relayed == Relayed::refused) {
    refused();
    co_return false;
  }
  answered(candidate);
  co_return true;
}

// Whoever decides for himself gets what the client said; others get their own spelling, and nothing
// that only OpenRouter understands.
std::string_view Forwarding::body_for(std::uint32_t candidate) {
  if (candidates_.goes_as_it_came() || request_.route->method != "POST") return request_.body;
  const dispatch::Target& target = candidates_.target(candidate);
  body_ = target.endpoint.meta
              ? for_openrouter(request_.body, request_.model)
              : dialects::request_for_vendor(
                    request_.body, form_of(request_.route->path),
                    form_of(*target.upstream->provider->description(), request_.model_there));
  return body_;
}

void Forwarding::begin_recording(const dispatch::Outgoing& outgoing) {
  recording::Recorder* const recorder = request_.services.recorder;
  if (recorder == nullptr) return;
  request_.recording = recorder->begin(
      {.id = request_.id,
       .method = outgoing.method,
       .path = outgoing.provider.target(outgoing.path, outgoing.query, outgoing.model),
       .body = outgoing.body});
}

void Forwarding::record_head(const http::Head& head) {
  if (!request_.recording) return;
  request_.recording.head(head.status());
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    request_.recording.header(head.header(i).name, head.header(i).value);
  }
}

Result<bool> Forwarding::failed(Error error) {
  const auto now = net::Clock::now();
  request_.failure = error.code;
  request_.refusal.reset();
  if (error.source != Source::upstream) return std::unexpected(std::move(error));
  if (request_.committed) {
    course_.answered({.outcome = routing::Outcome::failure}, candidates_.tokens(), now);
    return std::unexpected(std::move(error));
  }
  // What one has begun to answer, and will charge for, it is not asked again.
  const bool begun = request_.upstream_status != 0;
  course_.failed(begun ? routing::FailureClass::broken : dispatch::class_of(error), {}, now);
  error_ = std::move(error);
  return false;
}

void Forwarding::refused() {
  const auto now = net::Clock::now();
  request_.failure = Errc::upstream_error;
  error_.reset();
  auto failure = request_.refusal->failure;
  // Where nobody knows whether there is such a model, there being none is no fault of the provider.
  if (failure == routing::FailureClass::model && !candidates_.is_known()) {
    failure = routing::FailureClass::refused;
  }
  const auto asked = request_.refusal->retry_after;
  if (asked && asked < soonest_.value_or(routing::Duration::max())) soonest_ = asked;
  course_.failed(failure, asked, now);
}

void Forwarding::answered(std::uint32_t candidate) {
  if (!request_.failure) candidates_.served(request_, candidate, net::Clock::now());
  const auto& usage = request_.progress.usage;
  const std::int64_t used = usage.prompt_tokens.value_or(0) + usage.completion_tokens.value_or(0);
  course_.answered(measured(), used > 0 ? used : candidates_.tokens(), net::Clock::now());
}

// Speed is that of the answer's tokens: in a stream from the first to the end, else over the whole.
routing::Attempt Forwarding::measured() const {
  using Seconds = std::chrono::duration<float>;
  constexpr std::int64_t tokens_min = 8;  // below, a speed says nothing
  routing::Attempt attempt{.outcome = routing::Outcome::success};
  if (request_.failure) {
    const bool left = request_.failure == Errc::cancelled || request_.failure == Errc::draining;
    attempt.outcome = left ? routing::Outcome::neutral : routing::Outcome::failure;
  }
  const auto began = request_.attempt_began;
  if (request_.first_token_at) {
    attempt.first_token_s = Seconds(*request_.first_token_at - began).count();
  }
  const auto took = Seconds(net::Clock::now() - request_.first_token_at.value_or(began)).count();
  const auto tokens = request_.progress.usage.completion_tokens.value_or(0);
  if (tokens >= tokens_min && took > 0) {
    attempt.tokens_a_second = static_cast<float>(tokens) / took;
  }
  return attempt;
}

net::Task<Result<>> Forwarding::give_up(net::TimePoint until) {
  if (request_.refusal) return pass_refusal();
  if (error_) return end_begun(std::move(*error_));
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(until - net::Clock::now());
  request_.retry_after = std::max(seconds, std::chrono::seconds(1));
  return end_begun({Errc::overloaded,
                    Source::internal,
                    Retry::elsewhere,
                    "every provider of this model is resting after failures, or asked as often as "
                    "its limits allow; try again when Retry-After is over",
                    {}});
}

// What the last one said, in its own words.
net::Task<Result<>> Forwarding::pass_refusal() {
  Refusal& refusal = *request_.refusal;
  if (request_.exchange.begun() && refusal.streamed != request_.streamed) {
    auto ending = end_begun({Errc::upstream_error,
                             Source::upstream,
                             Retry::never,
                             fmt::format("the provider answered with status {}{}", refusal.status,
                                         said_in(refusal.body)),
                             {}});
    co_return co_await std::move(ending);
  }
  // By then somebody may have room, whoever refused last.
  if (refusal.retry_after && soonest_ < refusal.retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*soonest_);
    replace_header(refusal.header_lines, "retry-after", fmt::format("{}", seconds.count()));
  }
  if (!request_.exchange.begun()) request_.status = refusal.status;
  request_.settlement.finish();
  request_.committed = true;
  request_.bytes_out += refusal.body.size();
  const net::Answer answer{.status = refusal.status,
                           .content_type = refusal.content_type,
                           .header_lines = refusal.header_lines};
  if (refusal.streamed && !request_.exchange.begun()) request_.exchange.begin(answer);
  auto responding = request_.exchange.begun() ? request_.exchange.finish(refusal.body)
                                              : request_.exchange.respond(answer, refusal.body);
  co_return co_await std::move(responding);
}

// Where nothing has begun the pipeline answers. Else only what keeps a client waiting has gone out,
// with a status of 200 that cannot be taken back.
net::Task<Result<>> Forwarding::end_begun(Error error) {
  request_.failure = error.code;
  if (!request_.exchange.begun()) co_return std::unexpected(std::move(error));
  if (request_.settlement.must_count()) {
    auto counting = request_.settlement.count();
    co_await std::move(counting);
  }
  request_.settlement.finish();
  const std::string body =
      request_.streamed
          ? request_.route->dialect().error_event(error, request_.progress)
          : error_body(error, http_status(error.code), request_.error_style, request_.id);
  request_.bytes_out += body.size();
  auto finishing = request_.exchange.finish(body);
  co_return co_await std::move(finishing);
}

bool wants_explanation(const Request& request) {
  const auto asked = request.exchange.head().find("x-tollway-explain");
  return asked && http::equals_ignoring_case(*asked, "true");
}

Result<> read_facts(Request& request) {
  auto facts = read_request(request.body);
  if (!facts) return std::unexpected(facts.error());
  request.facts = std::move(*facts);
  const auto default_model = request.provider->default_model();
  if (request.route->chat && request.facts.model.empty() && request.facts.wishes.models.empty()) {
    request.spliced_body = with_model(request.body, request.facts, default_model);
    request.body = request.spliced_body;
    request.facts.model = default_model;
  }
  return {};
}

}  // namespace

net::Task<Result<>> forward(Request& request) {
  if (request.route->method == "POST") {
    auto reading = request.exchange.read_body(request.services.options.request_body_bytes_max);
    const auto body = co_await std::move(reading);
    if (!body) co_return std::unexpected(body.error());
    request.body = *body;
    request.bytes_in = body->size();
    if (auto read = read_facts(request); !read) co_return read;
  }
  Candidates candidates;
  const auto now = net::Clock::now();
  const auto chosen = candidates.choose(request, now);
  if (wants_explanation(request)) request.explanation = candidates.explained(now);
  if (!chosen) co_return chosen;
  auto forwarding = Forwarding::run(request, candidates);
  co_return co_await std::move(forwarding);
}

}  // namespace tollway::gateway
