#include "gateway/catalogue_answer.hpp"

#include <fmt/format.h>

#include <chrono>

#include "catalog/openrouter_questions.hpp"
#include "catalog/refresher.hpp"
#include "catalog/rows.hpp"
#include "gateway/answer.hpp"
#include "gateway/offer_facts.hpp"

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

using Ids = std::optional<std::vector<std::string>>;

// What lists don't tell, where the query asks for it; the ids are those that OpenRouter lets pass.
net::Task<Ids> learn(Request& request, const catalog::ModelQuery& query,
                     const catalog::CataloguePointer& catalogue, catalog::Knowledge& knowledge) {
  using Sort = catalog::ModelQuery::Sort;
  const std::string path = catalog::models_path(query);
  if (path.empty()) co_return std::nullopt;
  auto asking = request.services.catalogue->answer(path);
  const auto answer = co_await std::move(asking);
  RequestCounts counts;
  if (query.sort == Sort::most_popular || query.sort == Sort::top_weekly) {
    auto counting = requests_of_a_week(request, catalogue);
    counts = co_await std::move(counting);
  }
  knowledge.facts = offer_facts(request.services.standings, std::move(counts), net::Clock::now());
  if (answer == nullptr) co_return std::nullopt;
  co_return catalog::ids_in_answer(*answer);
}

// Where the client has reached the gateway; a name that could be more than one is left out.
std::string site_of(const Request& request) {
  const auto host = request.exchange.head().find("host");
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]";
  const bool usable = host && host->find_first_not_of(plain) == std::string_view::npos;
  return usable ? fmt::format("http://{}", *host) : std::string();
}

}  // namespace

net::Task<catalog::CataloguePointer> catalogue_of(Request& request) {
  return request.services.catalogue->catalogue();
}

net::Task<Result<>> answer_models(Request& request, catalog::ModelQuery query) {
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  catalog::Knowledge knowledge;
  auto learning = learn(request, query, catalogue, knowledge);
  const auto ids = co_await std::move(learning);
  if (ids) knowledge.openrouters = &*ids;
  const auto now = seconds_now();
  const auto models = select_models(*catalogue, query, now, knowledge);
  if (query.feed == catalog::ModelQuery::Feed::rss) {
    const std::string feed = rss_answer(models, query, site_of(request));
    auto answering = answer_whole(request, 200, "application/rss+xml", feed);
    co_return co_await std::move(answering);
  }
  const std::string more = envelope(request, *catalogue);
  const std::string body = list_answer(
      models, query, {.path = request.path, .query = request.query, .more = more, .now = now});
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

std::string row_now(const catalog::Model& model) {
  return row_at(model, catalog::time_of_day(seconds_now()));
}

Result<const catalog::Model*> model_in_path(const Request& request,
                                            const catalog::Catalogue& catalogue) {
  const std::string name =
      fmt::format("{}/{}", catalog::percent_decoded(request.path_values[0], false),
                  catalog::percent_decoded(request.path_values[1], false));
  const auto found = catalogue.find(name);
  if (found && found->by < catalog::NamedBy::undated && !found->target->offers.empty()) {
    return found->model;
  }
  const auto near = catalogue.near(name);
  const std::string hint =
      near.empty() ? std::string() : fmt::format(" Did you mean {}?", fmt::join(near, ", "));
  return client_error(Errc::not_found, fmt::format("there is no model {}.{}", name, hint));
}

}  // namespace tollway::gateway
