// How many models there are; of the query only the modalities count.
#include <fmt/format.h>

#include "gateway/answer.hpp"
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  const auto query = catalog::read_model_query(request.query);
  if (!query) co_return std::unexpected(query.error());
  catalog::ModelQuery counted;
  counted.output_modalities = query->output_modalities;
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  const auto count = select_models(*catalogue, counted, 0).size();
  const std::string body = fmt::format(R"({{"data":{{"count":{}}}}})", count);
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route models_count{.method = "GET", .path = "models/count", .serve = &serve};

}  // namespace tollway::gateway::routes
