// Says that the process serves. Needs no key and asks nobody, so that it answers whatever else is
// wrong.
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  request.status = 200;
  constexpr std::string_view body = R"({"status":"ok"})";
  return request.exchange.respond({.status = 200, .content_type = "application/json"}, body);
}

}  // namespace

extern const Route health{.method = "GET", .path = "health", .open = true, .serve = &serve};

}  // namespace tollway::gateway::routes
