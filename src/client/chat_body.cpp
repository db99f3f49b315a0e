#include "client/chat_body.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "dialects/request_edit.hpp"
#include "dialects/vendor_request.hpp"

namespace tollway::client {

Result<dialects::ChatRequestBody> chat_body(const ChatModelFacts& facts, const ChatRequest& request,
                                            bool stream) {
  const ChatModelOptions& options = facts.options;
  auto body =
      dialects::write_chat_request(request, {.model = options.model,
                                             .temperature = options.temperature,
                                             .max_tokens = options.max_tokens,
                                             .max_tokens_field = options.max_tokens_field,
                                             .reasoning_object = options.reasoning_object,
                                             .stream = stream,
                                             .ask_for_stream_usage = options.ask_for_stream_usage});
  if (body && facts.temperature_refused && request.model.empty()) body->drop_default_temperature();
  return body;
}

Result<dialects::ChatRequestBody> fallback_chat_body(const ChatModelFacts& facts,
                                                     ChatRequest request, bool stream) {
  const ChatModelOptions& options = facts.options;
  request.model.clear();
  request.models.clear();
  if (!request.extra_json.empty()) {
    constexpr std::array<dialects::MemberEdit, 2> firsts{
        {{.name = "model", .value = std::nullopt}, {.name = "models", .value = std::nullopt}}};
    request.extra_json = dialects::edited(request.extra_json, firsts);
    if (!options.chooses_providers) {
      request.extra_json =
          dialects::request_for_vendor(request.extra_json, dialects::RequestForm::chat,
                                       {.max_tokens_field = options.max_tokens_field,
                                        .reasoning_object = options.reasoning_object,
                                        .stream_usage = options.ask_for_stream_usage});
    }
  }
  return chat_body(facts, request, stream);
}

}  // namespace tollway::client
