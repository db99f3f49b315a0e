#include "gateway/forward.hpp"

#include <fmt/format.h>

#include "dialects/json_reader.hpp"
#include "gateway/answer.hpp"
#include "gateway/forwarding.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

bool wants_explanation(const Request& request) {
  const auto asked = request.exchange.head().find("x-tollway-explain");
  return asked && http::equals_ignoring_case(*asked, "true");
}

Result<> read_strategy(Request& request) {
  const auto asked = request.exchange.head().find("x-tollway-strategy");
  if (!asked) return {};
  request.asked_strategy = routing::strategy_named(*asked);
  if (request.asked_strategy != nullptr) return {};
  std::string names;
  for (const routing::Strategy* strategy : routing::strategies::all()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", strategy->name);
  }
  constexpr std::size_t shown_max = 80;
  return client_error(Errc::bad_request,
                      fmt::format("the header X-Tollway-Strategy: expected one of {}, came \"{}\"",
                                  names, asked->substr(0, shown_max)));
}

Result<> read_facts(Request& request) {
  auto facts = read_request(request.body);
  if (!facts) return std::unexpected(facts.error());
  if (auto checked = dispatch::check_fallbacks(facts->wishes, request.route->path); !checked)
    return checked;
  request.facts = std::move(*facts);
  const auto default_model = request.provider->default_model();
  if (request.route->chat && request.facts.model.empty() && request.facts.wishes.models.empty()) {
    request.spliced_body = with_model(request.body, request.facts, default_model);
    request.body = request.spliced_body;
    request.facts.model = default_model;
  }
  return {};
}

// Whatever was decided: why nobody is left can be told, too.
Result<> choose(Request& request, net::TimePoint now) {
  Candidates& candidates = request.candidates;
  request.tells_explanation = wants_explanation(request);
  auto chosen = candidates.choose(request, now);
  if (request.tells_explanation || request.services.routing.keep_explanations) {
    request.explanation = candidates.explained(now);
  }
  return chosen;
}

// What read_body() brought. It is awaited by those who want it, as one coroutine more is paid for
// by every request.
Result<> take_body(Request& request, const Result<std::string_view>& body) {
  if (!body) return std::unexpected(body.error());
  request.body = *body;
  request.bytes_in = body->size();
  if (auto read = read_facts(request); !read) return read;
  return read_strategy(request);
}

}  // namespace

net::Task<Result<>> forward(Request& request) {
  if (request.route->method == "POST") {
    auto reading = request.exchange.read_body(request.services.options.request_body_bytes_max);
    const auto body = co_await std::move(reading);
    if (auto taken = take_body(request, body); !taken) co_return taken;
  }
  const auto now = net::Clock::now();
  if (auto chosen = choose(request, now); !chosen) co_return chosen;
  Forwarding forwarding(request);
  auto running = forwarding.run(now);
  co_return co_await std::move(running);
}

net::Task<Result<>> explain(Request& request) {
  auto reading = request.exchange.read_body(request.services.options.request_body_bytes_max);
  const auto body = co_await std::move(reading);
  if (auto taken = take_body(request, body); !taken) co_return taken;
  Candidates& candidates = request.candidates;
  const auto now = net::Clock::now();
  const auto chosen = candidates.choose(request, now);
  const std::string decision = candidates.explained(now);
  if (decision.empty()) co_return chosen;
  const std::string told =
      fmt::format(R"({{"model":{},"route":"{}",{})", dialects::json_string(candidates.name()),
                  request.route->path, std::string_view(decision).substr(1));
  auto answering = answer_json(request, 200, told);
  co_return co_await std::move(answering);
}

}  // namespace tollway::gateway
