#include "client/chat_cost.hpp"

#include <boost/json.hpp>
#include <utility>

#include "client/cost_breakdown.hpp"
#include "client/pricing_lookup.hpp"
#include "dialects/request_edit.hpp"
#include "tokenizer/tokenizer.hpp"

namespace tollway::client {
namespace {

namespace json = boost::json;
using tokenizer::Tokenizer;

// What the chat format puts around each message, and before the answer.
constexpr std::int64_t tokens_a_message = 4;
constexpr std::int64_t tokens_before_answer = 3;

std::int64_t count(const Tokenizer& tokenizer, std::string_view text) {
  return static_cast<std::int64_t>(tokenizer.count(text));
}

// The text of a message's content: of a string, or of the parts that have any.
std::int64_t count_content(const Tokenizer& tokenizer, const json::value& content) {
  if (const auto* text = content.if_string()) return count(tokenizer, *text);
  std::int64_t tokens = 0;
  if (const auto* parts = content.if_array()) {
    for (const auto& part : *parts) {
      const auto* object = part.if_object();
      const auto* text = object == nullptr ? nullptr : object->if_contains("text");
      if (text != nullptr && text->is_string()) tokens += count(tokenizer, text->get_string());
    }
  }
  return tokens;
}

std::int64_t count_prompt(const Tokenizer& tokenizer, std::string_view request_body) {
  boost::system::error_code code;
  const auto parsed = json::parse(request_body, code);
  const auto* request = code ? nullptr : parsed.if_object();
  if (request == nullptr) return 0;
  std::int64_t tokens = tokens_before_answer;
  if (const auto* messages = request->if_contains("messages"); messages && messages->is_array()) {
    for (const auto& message : messages->get_array()) {
      tokens += tokens_a_message;
      const auto* object = message.if_object();
      if (object == nullptr) continue;
      if (const auto* content = object->if_contains("content")) {
        tokens += count_content(tokenizer, *content);
      }
      if (const auto* calls = object->if_contains("tool_calls")) {
        tokens += count(tokenizer, json::serialize(*calls));
      }
    }
  }
  if (const auto* tools = request->if_contains("tools")) {
    tokens += count(tokenizer, json::serialize(*tools));
  }
  return tokens;
}

std::int64_t count_answer(const Tokenizer& tokenizer, const ChatReply& reply) {
  std::int64_t tokens = count(tokenizer, reply.content) + count(tokenizer, reply.reasoning) +
                        count(tokenizer, reply.refusal);
  for (const auto& call : reply.tool_calls) {
    tokens += count(tokenizer, call.name) + count(tokenizer, call.arguments);
  }
  return tokens;
}

void complete_usage(ChatReply& reply, std::string_view request_body, std::string_view model) {
  auto& usage = reply.usage;
  if (usage.prompt_tokens && usage.completion_tokens) return;
  const auto& tokenizer = Tokenizer::get(tokenizer::encoding_of(model));
  if (!usage.prompt_tokens) usage.prompt_tokens = count_prompt(tokenizer, request_body);
  if (!usage.completion_tokens) usage.completion_tokens = count_answer(tokenizer, reply);
  usage.total_tokens = *usage.prompt_tokens + *usage.completion_tokens;
  usage.estimated = true;
}

// That served, where the provider says so; else that was asked for.
llm::ServiceTier tier_of(const ChatReply& reply, std::string_view request_body) {
  auto tier = llm::service_tier_named(reply.service_tier);
  const auto asked = dialects::member_text(request_body, "service_tier");
  if (!tier && asked && asked->size() > 2 && asked->starts_with('"')) {
    tier = llm::service_tier_named(asked->substr(1, asked->size() - 2));
  }
  return tier.value_or(llm::ServiceTier::standard);
}

std::optional<ModelPricing> pricing_for(const ChatModelOptions& options, std::string_view model,
                                        std::string_view model_asked, llm::ServiceTier tier) {
  const auto key = lower(options.provider_key);
  const auto find = [&](std::string_view name) {
    return pricing_unasked(key, pricing::tier_of_model(name, tier), options.price_overrides,
                           price_time_now());
  };
  if (!model.empty()) {
    if (auto found = find(model)) return found;
  }
  auto found = find(model_asked);
  if (found || !options.is_local) return found;
  ProviderInfo local;
  local.provider_key = options.provider_key;
  local.provider_name = options.provider_name;
  return local_pricing(local, model_asked);
}

}  // namespace

void complete_cost(ChatReply& reply, const ChatModelOptions& options, std::string_view request_body,
                   std::string_view model_asked) {
  complete_usage(reply, request_body, model_asked);
  if (reply.cost) return;
  const auto counts = UsageCounts::of(reply.usage);
  if (!counts) return;
  auto pricing = pricing_for(options, reply.model, model_asked, tier_of(reply, request_body));
  const auto cost = break_down(*counts, std::move(pricing), price_time_now());
  if (!cost || !cost->total_cost) return;
  reply.cost = cost->total_cost;
  reply.cost_kind = reply.usage.estimated ? CostKind::estimated : CostKind::computed;
}

}  // namespace tollway::client
