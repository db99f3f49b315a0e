#include "gateway/forward.hpp"

#include "gateway/forwarding.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

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
