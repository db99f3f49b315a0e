// POST rerank: documents by the words they share with the query.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "demo/conversation.hpp"
#include "demo/embedding.hpp"
#include "demo/failure.hpp"
#include "demo/json_text.hpp"
#include "demo/routes.hpp"
#include "demo/tokens.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

struct Ranked {
  std::size_t index = 0;
  double score = 0;
  std::string text;
};

std::string document_text(const json::value& document) {
  if (document.is_string()) return std::string(document.get_string());
  return document.is_object() ? std::string(string_member(document.get_object(), "text"))
                              : std::string();
}

std::vector<Ranked> rank(std::string_view query, const json::array& documents) {
  const auto wanted = embed(query, embedding_dimensions);
  std::vector<Ranked> ranked;
  for (const json::value& document : documents) {
    std::string words = document_text(document);
    const double score = similarity(wanted, embed(words, embedding_dimensions));
    ranked.push_back({ranked.size(), std::max(score, 0.0), std::move(words)});
  }
  std::ranges::sort(ranked, [](const Ranked& left, const Ranked& right) {
    return left.score != right.score ? left.score > right.score : left.index < right.index;
  });
  return ranked;
}

Result<std::string> answer_to(const Question& question) {
  const auto request = parse_body(question.body);
  if (!request) return std::unexpected(request.error());
  const auto model = read_model(*request);
  if (!model) return std::unexpected(model.error());
  const auto documents = read_array(*request, "documents");
  if (!documents) return std::unexpected(documents.error());
  const json::value* query = request->if_contains("query");
  if (query == nullptr || !query->is_string()) {
    return client_error(Errc::bad_request, "query must be a string");
  }
  auto ranked = rank(query->get_string(), **documents);
  std::uint64_t tokens = count_tokens(query->get_string());
  for (const Ranked& document : ranked) tokens += count_tokens(document.text);
  const json::value* top = request->if_contains("top_n");
  if (top != nullptr && top->is_int64() && top->get_int64() > 0) {
    ranked.resize(std::min(ranked.size(), static_cast<std::size_t>(top->get_int64())));
  }
  std::vector<std::string> results;
  results.reserve(ranked.size());
  for (const Ranked& document : ranked) {
    results.push_back(object({{"index", std::to_string(document.index)},
                              {"relevance_score", fmt::format("{:.6f}", document.score)},
                              {"document", object({{"text", text(document.text)}})}}));
  }
  return object({{"id", text(question.moment.id)},
                 {"model", text((*model)->id)},
                 {"provider", text(provider_name)},
                 {"results", array(results)},
                 {"usage", object({{"total_tokens", std::to_string(tokens)},
                                   {"cost", dollars(tokens * (*model)->prompt_price)}})}});
}

}  // namespace

Answer rerank(const Question& question) {
  return whole_answer(question, answer_to(question));
}

}  // namespace tollway::demo
