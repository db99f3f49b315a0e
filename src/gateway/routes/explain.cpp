// Who would serve a request, without sending it: not OpenRouter's.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

constexpr std::string_view usual = "chat/completions";

// What goes up as it came, and no other route.
const Route* forwarded(std::string_view path) {
  const auto known = std::ranges::find_if(all(), [path](const Route* route) {
    return route->path == path && route->dialect != nullptr && route->method == "POST";
  });
  return known == all().end() ? nullptr : *known;
}

net::Task<Result<>> serve(Request& request) {
  constexpr std::string_view name = "route=";
  const bool named = request.query.starts_with(name);
  const Route* const route = forwarded(named ? request.query.substr(name.size()) : usual);
  if (route == nullptr || (!named && !request.query.empty())) {
    co_return client_error(
        Errc::bad_request,
        fmt::format("expected ?route= and a route that requests are posted to, such as {}", usual));
  }
  request.route = route;
  auto explaining = explain(request);
  co_return co_await std::move(explaining);
}

}  // namespace

extern const Route explain{.method = "POST", .path = "explain", .serve = &serve};

}  // namespace tollway::gateway::routes
