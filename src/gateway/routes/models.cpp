// The models of all providers that are configured.
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  auto query = catalog::read_model_query(request.query);
  if (!query) co_return std::unexpected(query.error());
  auto answering = answer_models(request, std::move(*query));
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route models{.method = "GET",
                          .path = "models",
                          .chat = false,
                          .dialect = &dialects::openai_chat,
                          .serve = &serve};

}  // namespace tollway::gateway::routes
