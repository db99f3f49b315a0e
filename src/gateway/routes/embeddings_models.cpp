// The models that embed.
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  const auto asked = catalog::read_model_query(request.query);
  if (!asked) co_return std::unexpected(asked.error());
  catalog::ModelQuery query;
  query.offset = asked->offset;
  query.limit = asked->limit;
  query.output_modalities = {"embeddings"};
  auto answering = answer_models(request, std::move(query));
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route embeddings_models{.method = "GET", .path = "embeddings/models", .serve = &serve};

}  // namespace tollway::gateway::routes
