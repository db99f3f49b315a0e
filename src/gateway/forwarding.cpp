#include "gateway/forwarding.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "dialects/json_reader.hpp"
#include "dialects/request_edit.hpp"
#include "dialects/vendor_request.hpp"
#include "dispatch/limit_words.hpp"
#include "gateway/relay.hpp"
#include "gateway/route.hpp"
#include "routing/answer_speed.hpp"

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

// Where a tier has an endpoint of its own it is decided here who serves in it, else by the vendor.
std::optional<llm::ServiceTier> tier_to_ask_for(const dispatch::Target& target,
                                                std::optional<llm::ServiceTier> asked) {
  using enum llm::ServiceTier;
  if (target.endpoint.tier == routing::Tier::flex) return flex;
  if (target.endpoint.tier == routing::Tier::priority) return priority;
  return target.sold_with_priority && asked == priority ? standard : asked;
}

// What has to be written of it; empty where the request's own word stays.
std::string_view tier_word(const dispatch::Target& target, const Attempt& attempt,
                           std::optional<llm::ServiceTier> asked) {
  if (target.endpoint.tier != routing::Tier::standard) return name_of(*attempt.asked_tier);
  return attempt.asked_tier != asked ? "default" : "";
}

dialects::VendorForm form_of(const dispatch::Target& target, const Attempt& attempt,
                             std::optional<llm::ServiceTier> asked) {
  const providers::Description& vendor = *target.upstream->provider->description();
  return {.model = attempt.model_there,
          .max_tokens_field = vendor.max_tokens_field,
          .reasoning_object = vendor.reasoning_object,
          .cache_control = vendor.cache_control,
          .stream_usage = vendor.stream_usage,
          .service_tier = tier_word(target, attempt, asked)};
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

}  // namespace

net::Task<Result<>> Forwarding::run(net::TimePoint now) {
  if (request_.facts.stream && request_.route->chat) request_.silence.begin();
  std::optional<Result<>> ended;  // nullopt: nobody is left
  Course::Step step;
  std::exception_ptr thrown;
  try {
    while (!ended) {
      step = course_->next(now);
      if (step.what == Course::Next::give_up) break;
      if (step.what == Course::Next::queue) {
        course_->queue(pause_.waker(), now);
        continue;
      }
      if (step.what == Course::Next::wait) {
        auto waiting = pause_.until(step.until, request_.exchange.abort());
        if (auto waited = co_await std::move(waiting); !waited) ended = std::move(waited);
        now = net::Clock::now();
        continue;
      }
      const auto other_at = hedge_at();
      auto attempting =
          other_at ? ask_hedged(step.candidate, *other_at) : ask(*request_.attempt, step.candidate);
      const auto done = co_await std::move(attempting);
      if (!done) {
        ended = std::unexpected(done.error());
      } else if (*done) {
        ended.emplace();
      } else {
        now = net::Clock::now();
      }
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  request_.silence.stop();
  if (request_.silence.writing()) {
    auto silencing = request_.silence.end();
    co_await std::move(silencing);
  }
  if (thrown) std::rethrow_exception(thrown);
  if (ended && (*ended || request_.attempt->committed || ended->error().source == Source::client)) {
    co_return std::move(*ended);
  }
  auto ending = ended ? end_begun(std::move(ended->error())) : give_up(step.until);
  co_return co_await std::move(ending);
}

bool Forwarding::metered() const {
  return request_.services.journal != nullptr && request_.route->method == "POST";
}

net::Task<Result<bool>> Forwarding::ask(Attempt& attempt, std::uint32_t candidate) {
  const dispatch::Target& target = candidates_.target(candidate);
  const auto& provider = *target.upstream->provider;
  const std::string_view asked_for = candidates_.asked_for(candidate);
  if (metered()) {
    if (request_.settlement.must_count(attempt)) {  // of the attempt before
      auto counting = request_.settlement.count(attempt);
      co_await std::move(counting);
    }
    if (auto begun = request_.settlement.begin(attempt, provider.key(), asked_for); !begun) {
      co_return std::unexpected(std::move(begun.error()));
    }
  }
  ++request_.attempts;
  attempt.begin(provider, asked_for, target.model.empty() ? asked_for : target.model);
  attempt.course = course_.get();
  attempt.asked_tier = tier_to_ask_for(target, request_.facts.tier);
  const auto& tools = request_.facts.wishes.tools;
  if (!tools.empty()) attempt.tool_calls.emplace(tools);
  const std::string_view body = body_for(attempt, candidate);
  dispatch::Outgoing outgoing{.provider = provider,
                              .method = request_.route->method,
                              .path = request_.route_path,
                              .query = request_.query,
                              .model = attempt.model_there,
                              .client_head = request_.exchange.head(),
                              .body = body,
                              .begun = attempt.began,
                              .ends_by = ends_by_};
  if (const auto demanded = request_.services.options.demand.first_content;
      request_.facts.stream && request_.route->chat && demanded > net::Duration::zero()) {
    outgoing.first_byte_max = demanded;
  }
  begin_recording(attempt, outgoing);
  net::Abort& abort =
      attempt.race != nullptr ? attempt.race->abort_of(attempt) : request_.exchange.abort();
  std::optional<net::ClientCall> call;
  auto starting = request_.services.dispatch.start(outgoing, abort, call, attempt.times);
  if (auto started = co_await std::move(starting); !started) {
    co_return failed(attempt, std::move(started.error()));
  }
  attempt.first_byte_at = call->head_at();
  attempt.upstream_status = call->head().status();
  record_head(attempt, call->head());
  if (dispatch::says_limits(call->head())) {
    course_->told(dispatch::read_limit_words(call->head(), std::chrono::system_clock::now()),
                  *attempt.first_byte_at, attempt.which);
  }

  auto relaying = relay(request_, attempt, *call);
  const auto relayed = co_await std::move(relaying);
  if (!relayed) co_return failed(attempt, relayed.error());
  if (*relayed == Relayed::refused) {
    refused(attempt);
    co_return false;
  }
  answered(attempt, candidate);
  co_return true;
}

// Whoever decides for himself gets what the client said; others get their own spelling, and nothing
// that only OpenRouter understands.
std::string_view Forwarding::body_for(Attempt& attempt, std::uint32_t candidate) {
  if (candidates_.goes_as_it_came() || request_.route->method != "POST") return request_.body;
  const dispatch::Target& target = candidates_.target(candidate);
  attempt.body = target.endpoint.meta
                     ? for_openrouter(request_.body, attempt.model)
                     : dialects::request_for_vendor(request_.body, form_of(request_.route->path),
                                                    form_of(target, attempt, request_.facts.tier));
  return attempt.body;
}

void Forwarding::begin_recording(Attempt& attempt, const dispatch::Outgoing& outgoing) const {
  recording::Recorder* const recorder = request_.services.recorder;
  if (recorder == nullptr) return;
  attempt.recording = recorder->begin(
      {.id = request_.id,
       .method = outgoing.method,
       .path = outgoing.provider.target(outgoing.path, outgoing.query, outgoing.model),
       .body = outgoing.body});
}

void Forwarding::record_head(Attempt& attempt, const http::Head& head) {
  if (!attempt.recording) return;
  attempt.recording.head(head.status());
  for (std::size_t i = 0; i < head.header_count(); ++i) {
    attempt.recording.header(head.header(i).name, head.header(i).value);
  }
}

Result<bool> Forwarding::failed(Attempt& attempt, Error error) {
  const auto now = net::Clock::now();
  attempt.failure = error.code;
  attempt.refusal.reset();
  if (attempt.race != nullptr && attempt.race->has_lost(attempt)) {
    attempt.failure = Errc::cancelled;
    course_->called_off(now, attempt.which);
    return false;
  }
  if (error.source != Source::upstream) return std::unexpected(std::move(error));
  if (attempt.committed) {
    course_->answered(
        {.outcome = routing::Outcome::failure, .failure = routing::FailureClass::broken},
        candidates_.tokens(), now, attempt.which);
    return std::unexpected(std::move(error));
  }
  // What one has begun to answer, and will charge for, it is not asked again.
  const bool begun = attempt.upstream_status != 0;
  course_->failed(begun ? routing::FailureClass::broken : dispatch::class_of(error), {}, now,
                  attempt.which);
  error_ = std::move(error);
  return false;
}

void Forwarding::refused(Attempt& attempt) {
  const auto now = net::Clock::now();
  attempt.failure = Errc::upstream_error;
  error_.reset();
  auto failure = attempt.refusal->failure;
  // Where nobody knows whether there is such a model, there being none is no fault of the provider;
  // nor is it where OpenRouter could choose among those alone whom the client's wishes allow.
  const bool wished = attempt.provider->description()->chooses_providers &&
                      !request_.facts.wishes.preferences.empty();
  if (failure == routing::FailureClass::model && (!candidates_.is_known() || wished)) {
    failure = routing::FailureClass::refused;
  }
  const auto asked = attempt.refusal->retry_after;
  if (asked && asked < soonest_.value_or(routing::Duration::max())) soonest_ = asked;
  course_->failed(failure, asked, now, attempt.which);
}

void Forwarding::answered(const Attempt& attempt, std::uint32_t candidate) {
  const auto now = net::Clock::now();
  if (!attempt.failure) candidates_.served(request_, candidate, now);
  const auto& usage = attempt.progress.usage;
  const std::int64_t used = usage.prompt_tokens.value_or(0) + usage.completion_tokens.value_or(0);
  course_->answered(measured(attempt, now), used > 0 ? used : candidates_.tokens(), now,
                    attempt.which);
}

routing::Attempt Forwarding::measured(const Attempt& attempt, net::TimePoint now) {
  const auto stated = attempt.progress.usage.completion_tokens;
  std::int64_t tokens = stated.value_or(0);
  if (!stated && attempt.first_token_at) {
    tokens = static_cast<std::int64_t>(tokens_of(attempt.progress));
  }
  auto measured = routing::answered({.began = attempt.began,
                                     .first_byte = attempt.first_byte_at,
                                     .first_token = attempt.first_token_at,
                                     .ended = now},
                                    tokens);
  if (attempt.failure) {
    const bool left = attempt.failure == Errc::cancelled || attempt.failure == Errc::draining;
    measured.outcome = left ? routing::Outcome::neutral : routing::Outcome::failure;
    if (!left) measured.failure = routing::FailureClass::broken;
  } else if (attempt.tool_calls) {
    measured.tools_used_well = attempt.tool_calls->good();
  }
  return measured;
}

}  // namespace tollway::gateway
