// What the calling key has used, in the shape of OpenRouter's GET /credits.
#include "gateway/answer_from_ledger.hpp"
#include "gateway/ledger_json.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  return answer_from_ledger(
      request, [key = visible_key(request)](ledger::Reports& reports) -> Result<std::string> {
        const auto used = spent(reports, key, std::chrono::system_clock::now());
        if (!used) return std::unexpected(used.error());
        return credits_json(used->ever);
      });
}

}  // namespace

extern const Route credits{.method = "GET", .path = "credits", .serve = &serve};

}  // namespace tollway::gateway::routes
