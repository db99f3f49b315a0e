// GET models and models/count. Query parameters are not looked at: there are two models.
#include <fmt/format.h>

#include "demo/json_text.hpp"
#include "demo/model.hpp"
#include "demo/routes.hpp"

namespace tollway::demo {
namespace {

constexpr std::string_view listed_at = "1785542400";  // 1 August 2026, Unix seconds

std::string row_of(const Model& model) {
  const std::string id = text(model.id);
  const std::string parameters = R"(["max_completion_tokens","max_tokens","tool_choice","tools"])";
  return object(
      {{"id", id},
       {"canonical_slug", id},
       {"name", text(model.name)},
       {"created", std::string(listed_at)},
       {"description", text(model.description)},
       {"context_length", std::to_string(context_tokens)},
       {"architecture", object({{"modality", text("text->text")},
                                {"input_modalities", R"(["text"])"},
                                {"output_modalities", R"(["text","embeddings","rerank"])"},
                                {"tokenizer", text("Other")},
                                {"instruct_type", "null"}})},
       {"pricing", object({{"prompt", text(dollars(model.prompt_price))},
                           {"completion", text(dollars(model.completion_price))}})},
       {"top_provider", object({{"context_length", std::to_string(context_tokens)},
                                {"max_completion_tokens", std::to_string(completion_tokens_max)},
                                {"is_moderated", "false"}})},
       {"per_request_limits", "null"},
       {"supported_parameters", parameters},
       {"default_parameters", "null"},
       {"supported_voices", "null"},
       {"links", object({{"details", text(fmt::format("/api/v1/models/{}/endpoints", model.id))}})},
       {"object", text("model")},
       {"owned_by", text("tollway")}});
}

Answer answer_with(std::string body) {
  Answer answer;
  answer.pieces.push_back({{}, std::move(body)});
  return answer;
}

}  // namespace

Answer list_models(const Question&) {
  std::vector<std::string> rows;
  for (const Model& model : models()) rows.push_back(row_of(model));
  return answer_with(object({{"object", text("list")},
                             {"data", array(rows)},
                             {"total_count", std::to_string(rows.size())},
                             {"links", object({{"next", "null"}})}}));
}

Answer count_models(const Question&) {
  return answer_with(object({{"data", object({{"count", std::to_string(models().size())}})}}));
}

}  // namespace tollway::demo
