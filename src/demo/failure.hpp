// Answers in one piece, and errors as OpenRouter words them.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "demo/question.hpp"

namespace tollway::demo {

// {"code", "message", "metadata": {"error_type", "provider_name"}}.
[[nodiscard]] std::string error_object(int status, std::string_view message);
// The body of most routes: {"error": error_object()}.
[[nodiscard]] std::string error_body(int status, std::string_view message);
// The body of /messages, in Anthropic's shape; also the data of its error event.
[[nodiscard]] std::string anthropic_error_body(int status, std::string_view message);

// The whole answer, with Retry-After where the status calls for it. `body` is one of the above.
[[nodiscard]] Answer failure(int status, std::string body);

// The body as one JSON answer with its id in a header; without one, status 400 and why.
[[nodiscard]] Answer whole_answer(const Question& question, Result<std::string> body);

// What [[error:status]] and its kin say.
[[nodiscard]] std::string failure_message(int status);

}  // namespace tollway::demo
