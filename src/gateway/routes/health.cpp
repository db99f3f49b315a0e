// Says that the process serves. Needs no key and asks nobody, so that it answers whatever else is
// wrong.
#include "gateway/answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  return answer_json(request, 200, R"({"status":"ok"})");
}

}  // namespace

extern const Route health{.method = "GET", .path = "health", .open = true, .serve = &serve};

}  // namespace tollway::gateway::routes
