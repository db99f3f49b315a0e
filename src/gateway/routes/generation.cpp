// One request of the calling key, in the shape of OpenRouter's GET /generation.
#include "gateway/answer_from_ledger.hpp"
#include "gateway/ledger_json.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

constexpr std::size_t id_bytes_max = limits::ledger_text_bytes_max;

net::Task<Result<>> refuse(Error error) {
  co_return std::unexpected(std::move(error));
}

net::Task<Result<>> serve(Request& request) {
  auto id = query_parameter(request.query, "id");
  if (!id || id->empty() || id->size() > id_bytes_max) {
    return refuse(client_error(Errc::bad_request,
                               "expected ?id= with the id of an answer, or of a request "
                               "(X-Request-Id)")
                      .error());
  }
  return answer_from_ledger(
      request,
      [id = std::move(*id),
       key = visible_key(request)](ledger::Reports& reports) -> Result<std::string> {
        const auto found = reports.request(id, key);
        if (!found) return std::unexpected(found.error());
        if (*found) return generation_json(**found);
        return client_error(Errc::not_found,
                            "there is no such generation; one that has just ended takes a moment");
      });
}

}  // namespace

extern const Route generation{.method = "GET", .path = "generation", .serve = &serve};

}  // namespace tollway::gateway::routes
