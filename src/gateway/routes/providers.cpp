// The providers behind the gateway: OpenRouter's own hosts where it is asked, then who else is
// configured or offers a model.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "catalog/openrouter_questions.hpp"
#include "catalog/refresher.hpp"
#include "dialects/json_reader.hpp"
#include "dialects/request_edit.hpp"
#include "gateway/answer.hpp"
#include "gateway/catalogue_answer.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {
namespace {

namespace json = boost::json;

std::string row(std::string_view name, std::string_view slug) {
  return fmt::format(
      R"({{"name":{},"slug":{},"privacy_policy_url":null,"terms_of_service_url":null,)"
      R"("status_page_url":null,"headquarters":null,"datacenters":null}})",
      dialects::json_string(name), dialects::json_string(slug));
}

class Rows {
 public:
  // As OpenRouter answered; its hosts take its own place.
  explicit Rows(const catalog::AnswerBody& openrouters) {
    if (openrouters == nullptr) return;
    known_.emplace(catalog::openrouter_key);
    const auto data = dialects::member_text(*openrouters, "data").value_or("[]");
    rows_ = data.substr(1, data.size() - 2);
    json::error_code failed;
    const auto list = json::parse({data.data(), data.size()}, failed);
    if (failed || !list.is_array()) return;
    for (const auto& one : list.get_array()) {
      const auto* slug = one.is_object() ? one.get_object().if_contains("slug") : nullptr;
      if (slug != nullptr && slug->is_string()) known_.emplace(slug->get_string());
    }
  }
  // A provider of that slug is listed once.
  void add(std::string_view name, std::string_view slug) {
    if (!known_.emplace(slug).second) return;
    if (rows_.find_first_not_of(" \t\r\n") != std::string::npos) rows_ += ',';
    rows_ += row(name, slug);
  }
  [[nodiscard]] std::string answer() const { return fmt::format(R"({{"data":[{}]}})", rows_); }

 private:
  std::string rows_;
  std::set<std::string> known_;
};

net::Task<Result<>> serve(Request& request) {
  auto asking = catalogue_of(request);
  const auto catalogue = co_await std::move(asking);
  auto telling = request.services.catalogue->answer(std::string(catalog::providers_path));
  const auto openrouters = co_await std::move(telling);
  Rows rows(openrouters);
  for (const auto& upstream : request.upstreams->all) {
    rows.add(upstream.provider->name(), upstream.provider->key());
  }
  for (const auto& model : catalogue->models()) {
    for (const auto& offer : model.offers) rows.add(offer.provider_name, offer.provider);
  }
  const std::string body = rows.answer();
  auto answering = answer_json(request, 200, body);
  co_return co_await std::move(answering);
}

}  // namespace

extern const Route providers{
    .method = "GET", .path = "providers", .dialect = &dialects::openai_chat, .serve = &serve};

}  // namespace tollway::gateway::routes
