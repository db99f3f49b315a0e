// The calling key, in the shape of OpenRouter's GET /key.
#include <fmt/format.h>

#include "dialects/json_reader.hpp"
#include "gateway/answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

// Keys have no limit yet, and what they spent is not kept yet: the counters that OpenRouter's
// clients insist on are zero (docs/configuration.md).
std::string body_for(const GatewayKey* key) {
  const std::string label = key != nullptr ? key->masked : "no authentication";
  return fmt::format(
      R"({{"data":{{"label":{},"name":{},"limit":null,"limit_remaining":null,"limit_reset":null,)"
      R"("include_byok_in_limit":false,"usage":0,"usage_daily":0,"usage_weekly":0,)"
      R"("usage_monthly":0,"byok_usage":0,"byok_usage_daily":0,"byok_usage_weekly":0,)"
      R"("byok_usage_monthly":0,"is_free_tier":false,"is_management_key":false,)"
      R"("is_provisioning_key":false,"creator_user_id":null,"expires_at":null,)"
      R"("rate_limit":{{"requests":-1,"interval":"10s","note":"Not limited."}},)"
      R"("allowed_data_regions":[],"organization_id":null,"workspace_id":null,)"
      R"("free_model_daily_requests":{{"limit":0,"remaining":0,"used":0}}}}}})",
      dialects::json_string(label),
      dialects::json_string(key != nullptr ? key->label : std::string()));
}

net::Task<Result<>> serve(Request& request) {
  const std::string body = body_for(request.key);
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route key{.method = "GET", .path = "key", .serve = &serve};

}  // namespace tollway::gateway::routes
