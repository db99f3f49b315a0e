// The calling key, in the shape of OpenRouter's GET /key.
#include <fmt/format.h>

#include "dialects/json_reader.hpp"
#include "gateway/answer_from_ledger.hpp"
#include "gateway/ledger_json.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

// What a key is called; there is none without authentication.
struct Names {
  std::string label = "no authentication";
  std::string name;
};

// Keys have no limit yet.
std::string body_for(const Names& names, const Spent& spent) {
  return fmt::format(
      R"({{"data":{{"label":{},"name":{},"limit":null,"limit_remaining":null,"limit_reset":null,)"
      R"("include_byok_in_limit":false,"usage":{},"usage_daily":{},"usage_weekly":{},)"
      R"("usage_monthly":{},"byok_usage":{},"byok_usage_daily":{},"byok_usage_weekly":{},)"
      R"("byok_usage_monthly":{},"is_free_tier":false,"is_management_key":false,)"
      R"("is_provisioning_key":false,"creator_user_id":null,"expires_at":null,)"
      R"("rate_limit":{{"requests":-1,"interval":"10s","note":"Not limited."}},)"
      R"("allowed_data_regions":[],"organization_id":null,"workspace_id":null,)"
      R"("free_model_daily_requests":{{"limit":0,"remaining":0,"used":0}}}}}})",
      dialects::json_string(names.label), dialects::json_string(names.name), spent.ever.to_string(),
      spent.day.to_string(), spent.week.to_string(), spent.month.to_string(),
      spent.byok_ever.to_string(), spent.byok_day.to_string(), spent.byok_week.to_string(),
      spent.byok_month.to_string());
}

net::Task<Result<>> serve(Request& request) {
  Names names;
  if (request.key != nullptr) names = {.label = request.key->masked, .name = request.key->label};
  return answer_from_ledger(request,
                            [names = std::move(names), key = visible_key(request)](
                                ledger::Reports& reports) -> Result<std::string> {
                              const auto used =
                                  spent(reports, key, std::chrono::system_clock::now());
                              if (!used) return std::unexpected(used.error());
                              return body_for(names, *used);
                            });
}

}  // namespace

extern const Route key{.method = "GET", .path = "key", .serve = &serve};

}  // namespace tollway::gateway::routes
