// The providers behind the gateway: OpenRouter's own hosts where it is asked, else who is
// configured.
#include <fmt/format.h>

#include <set>

#include "dialects/json_reader.hpp"
#include "gateway/answer.hpp"
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

std::string row(std::string_view name, std::string_view slug) {
  return fmt::format(
      R"({{"name":{},"slug":{},"privacy_policy_url":null,"terms_of_service_url":null,)"
      R"("status_page_url":null,"headquarters":null,"datacenters":null}})",
      dialects::json_string(name), dialects::json_string(slug));
}

// The one behind the gateway, then whoever else offers a model.
std::string own_answer(const Request& request, const catalog::Catalogue& catalogue) {
  std::string rows = row(request.provider->name(), request.provider->key());
  std::set<std::string_view> known{request.provider->key()};
  for (const auto& model : catalogue.models()) {
    for (const auto& offer : model.offers) {
      if (known.insert(offer.provider).second) {
        rows += ',' + row(offer.provider_name, offer.provider);
      }
    }
  }
  return fmt::format(R"({{"data":[{}]}})", rows);
}

net::Task<Result<>> serve(Request& request) {
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  std::string body = own_answer(request, *catalogue);
  auto answering = is_before_openrouter(request) ? forward_or_answer(request, std::move(body))
                                                 : answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route providers{
    .method = "GET", .path = "providers", .dialect = &dialects::openai_chat, .serve = &serve};

}  // namespace tollway::gateway::routes
