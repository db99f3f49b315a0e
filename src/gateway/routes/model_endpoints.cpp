// Who offers a model, at what price. OpenRouter alone knows the hosts behind it and how they do.
#include "catalog/endpoints.hpp"
#include "catalog/openrouter_questions.hpp"
#include "catalog/refresher.hpp"
#include "gateway/answer.hpp"
#include "gateway/catalogue_answer.hpp"
#include "gateway/measured.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

net::Task<Result<>> serve(Request& request) {
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  const auto model = model_in_path(request, *catalogue);
  if (!model) co_return std::unexpected(model.error());
  catalog::AnswerBody openrouters;
  if (const auto* offer = catalog::Catalogue::offer_of(**model, catalog::openrouter_key)) {
    auto finding = request.services.catalogue->answer(catalog::endpoints_path(offer->model));
    openrouters = co_await std::move(finding);
  }
  const auto measure = [&request, id = (*model)->id](const catalog::Offer& offer) {
    return measured(request.services.standings, offer.provider, id, net::Clock::now());
  };
  const std::string body = openrouters ? catalog::endpoints_answer(**model, measure, *openrouters)
                                       : catalog::endpoints_answer(**model, measure);
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route model_endpoints{
    .method = "GET", .path = "models/{author}/{slug}/endpoints", .serve = &serve};

}  // namespace tollway::gateway::routes
