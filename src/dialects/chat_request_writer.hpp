// A chat request as OpenAI's chat completions say it (OpenRouter's API reference, "Chat
// completion"; OpenAI's API reference, "Create chat completion").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tollway/chat.hpp"

namespace tollway::dialects {

// What a model object adds to each of its requests.
struct ChatRequestOptions {
  std::string_view model = {};  // where the request names none
  std::optional<double> temperature = {};
  std::optional<std::int64_t> max_tokens = {};
  std::string_view max_tokens_field = "max_tokens";
  // How reasoning is asked for: {"reasoning":{"effort":"low"}}, else {"reasoning_effort":"low"},
  // which can say nothing else.
  bool reasoning_object = true;
  bool stream = false;
  bool ask_for_stream_usage = true;  // {"stream_options":{"include_usage":true}} with a stream
};

// A request's body, one JSON object.
struct ChatRequestBody {
  std::string text;
  // Where the temperature stands that only the options ask for; size 0 where there is none.
  std::size_t temperature_at = 0;
  std::size_t temperature_size = 0;

  // Takes that temperature out again, for models that refuse the parameter. False where there is
  // none.
  bool drop_default_temperature();
};

// Members of extra_json replace what only the options ask for. Errors
// (Errc::bad_request) name the field: no message, text that is not UTF-8, JSON text that is no JSON
// or of another type, a number that is not finite, a member of extra_json that a field also sets.
[[nodiscard]] Result<ChatRequestBody> write_chat_request(const ChatRequest& request,
                                                         const ChatRequestOptions& options);

}  // namespace tollway::dialects
