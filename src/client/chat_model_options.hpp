// What a provider says to make a ChatModel.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "client/http_call.hpp"
#include "dispatch/standings.hpp"
#include "http/origin.hpp"
#include "net/dial_guard.hpp"
#include "pricing/price_sheet.hpp"
#include "providers/description.hpp"
#include "routing/breaker.hpp"
#include "routing/limiter.hpp"
#include "settings/routing_settings.hpp"
#include "tollway/chat_model.hpp"
#include "tollway/runtime.hpp"

namespace tollway::client {

class ListedModels;

struct ChatModelOptions {
  std::string provider_key;                     // "OPENROUTER"
  std::string provider_name;                    // "OpenRouter": in replies and messages
  http::Url base_url;                           // "https://openrouter.ai/api/v1"
  std::string chat_path = "/chat/completions";  // below the base URL
  std::string query;                            // "api-version=2024-10-21"; without "?"
  Authentication authentication;
  HeaderLines headers;  // the provider's own, sent with every request
  net::AddressPolicy addresses = net::AddressPolicy::public_only;

  std::string model;  // as the provider spells it
  double temperature = 0.7;
  // Nobody asked for this temperature: where a model refuses the parameter, it is left out.
  bool temperature_is_default = false;
  std::optional<std::int64_t> max_tokens;
  std::string max_tokens_field = "max_tokens";  // or "max_completion_tokens"
  // Reasoning goes out as {"reasoning":{...}}; false: as {"reasoning_effort":"..."}, which OpenAI
  // and most others know.
  bool reasoning_object = true;
  // Streams ask for {"stream_options":{"include_usage":true}}, without which most vendors leave the
  // usage out. False for those that refuse the field.
  bool ask_for_stream_usage = true;

  // It understands what OpenRouter has besides OpenAI's API ("provider", "models", "plugins").
  bool chooses_providers = false;

  // What replies cost where the provider does not say.
  std::shared_ptr<const pricing::PriceSheet> price_overrides;  // null: none
  bool is_local = false;                                       // on the user's own machine: free

  std::chrono::milliseconds timeout = std::chrono::seconds(120);  // all attempts together
  int max_retries = 2;                                            // of one call to one upstream
  std::chrono::milliseconds retry_delay = std::chrono::milliseconds(500);  // the first; doubles
  settings::RoutingSettings routing;                // but for what the two above say
  routing::Limits limits;                           // of the API key
  dispatch::Standings::SharedLimits shared_limits;  // of all the provider's keys
  routing::Breaker::Force breaker = routing::Breaker::Force::none;  // of the provider, by hand
  // What is known of the provider, for who chooses between several; null: what stands here.
  providers::DescriptionPointer description;
  std::shared_ptr<const ListedModels> lists;  // that the provider was asked for; null: none
  std::shared_ptr<Runtime> runtime;           // null: Runtime::shared()
};

// Errc::bad_request for a timeout of nothing or over 30 minutes, for retries below 0 or over 10,
// for a temperature that is no number, for an empty model, and for headers, paths and credentials
// that cannot stand in a request (the message names the field and quotes no credential); or what
// Runtime::shared() says.
[[nodiscard]] Result<ChatModel> make_chat_model(ChatModelOptions options);

}  // namespace tollway::client
