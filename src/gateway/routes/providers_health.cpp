// How the endpoints did that were asked for something: not OpenRouter's, but in its words.
#include "gateway/answer.hpp"
#include "gateway/measured.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  const std::string body = health_json(request.services.standings, net::Clock::now());
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route providers_health{.method = "GET", .path = "providers/health", .serve = &serve};

}  // namespace tollway::gateway::routes
