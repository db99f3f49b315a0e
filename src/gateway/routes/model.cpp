// One model by id, slug, alias or variant.
#include <fmt/format.h>

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
  const std::string body = fmt::format(R"({{"data":{}}})", row_now(**model));
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route model{.method = "GET", .path = "model/{author}/{slug}", .serve = &serve};

}  // namespace tollway::gateway::routes
