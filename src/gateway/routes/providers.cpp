// The providers behind the gateway: OpenRouter's own hosts where it is asked, else who is
// configured.
#include <fmt/format.h>

#include "dialects/json_reader.hpp"
#include "gateway/answer.hpp"
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

std::string own_answer(const Request& request) {
  const auto& provider = request.provider;
  return fmt::format(
      R"({{"data":[{{"name":{},"slug":{},"privacy_policy_url":null,"terms_of_service_url":null,)"
      R"("status_page_url":null,"headquarters":null,"datacenters":null}}]}})",
      dialects::json_string(provider.name()), dialects::json_string(provider.key()));
}

net::Task<Result<>> serve(Request& request) {
  std::string body = own_answer(request);
  auto answering = is_before_openrouter(request) ? forward_or_answer(request, std::move(body))
                                                 : answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route providers{
    .method = "GET", .path = "providers", .dialect = &dialects::openai_chat, .serve = &serve};

}  // namespace tollway::gateway::routes
