#include "gateway/catalogue_answer.hpp"

#include <fmt/format.h>

#include <chrono>

#include "catalog/refresher.hpp"
#include "gateway/answer.hpp"
#include "gateway/forward.hpp"

namespace tollway::gateway {
namespace {

constexpr std::string_view openai_envelope = R"("object":"list")";

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// What OpenAI's clients look for comes under their own path.
std::string envelope(const Request& request, const catalog::Catalogue& catalogue) {
  const std::string& more = catalogue.envelope();
  if (request.error_style != ErrorStyle::openai || more.contains(R"("object":)")) return more;
  return more.empty() ? std::string(openai_envelope) : fmt::format("{},{}", openai_envelope, more);
}

}  // namespace

net::Task<catalog::CataloguePointer> catalogue_of(Request& request) {
  return request.services.catalogue->catalogue();
}

bool is_before_openrouter(const Request& request) noexcept {
  return request.provider->key() == "openrouter";
}

net::Task<Result<>> forward_or_answer(Request& request, std::string body) {
  auto forwarding = forward(request);
  auto forwarded = co_await std::move(forwarding);
  const bool unreached = !forwarded && forwarded.error().source == Source::upstream;
  if (!unreached || request.exchange.begun()) co_return forwarded;
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

net::Task<Result<>> answer_models(Request& request, catalog::ModelQuery query) {
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  const auto models = select_models(*catalogue, query, seconds_now());
  const std::string more = envelope(request, *catalogue);
  std::string body =
      list_answer(models, query, {.path = request.path, .query = request.query, .more = more});
  const bool forwards = query.only_upstream_knows && is_before_openrouter(request);
  auto answering =
      forwards ? forward_or_answer(request, std::move(body)) : answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

Result<const catalog::Model*> model_in_path(const Request& request,
                                            const catalog::Catalogue& catalogue) {
  const std::string name =
      fmt::format("{}/{}", catalog::percent_decoded(request.path_values[0], false),
                  catalog::percent_decoded(request.path_values[1], false));
  const auto found = catalogue.find(name);
  if (found && found->by < catalog::NamedBy::undated && !found->model->offers.empty()) {
    return found->model;
  }
  const auto near = catalogue.near(name);
  const std::string hint =
      near.empty() ? std::string() : fmt::format(" Did you mean {}?", fmt::join(near, ", "));
  return client_error(Errc::not_found, fmt::format("there is no model {}.{}", name, hint));
}

}  // namespace tollway::gateway
