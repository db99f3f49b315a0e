// Who offers a model, at what price. OpenRouter alone knows the hosts behind it and how they do.
#include "catalog/endpoints.hpp"
#include "gateway/answer.hpp"
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  const auto model = model_in_path(request, *catalogue);
  if (!model) co_return std::unexpected(model.error());
  std::string body = catalog::endpoints_answer(**model);
  const bool forwards = is_before_openrouter(request) &&
                        catalog::Catalogue::offer_of(**model, "openrouter") != nullptr;
  auto answering =
      forwards ? forward_or_answer(request, std::move(body)) : answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route model_endpoints{.method = "GET",
                                   .path = "models/{author}/{slug}/endpoints",
                                   .dialect = &dialects::openai_chat,
                                   .serve = &serve};

}  // namespace tollway::gateway::routes
