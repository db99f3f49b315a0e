// What a provider says when it failed, in the shapes that the vendors of OpenAI-like APIs use.
#pragma once

#include <simdjson.h>

#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace tollway::dialects {

// The error that an answer with an error status is. Its code follows the status: unauthenticated,
// forbidden, not_found, bad_request, body_too_large, else upstream_error; `retry` is same for 408,
// 429 and 5xx, else never. The message names the provider and the status and quotes the provider's
// own words, without control characters and bounded. `body` may be anything.
[[nodiscard]] Error problem_of_answer(std::string_view provider, int status, std::string_view body);

// The same of an answer or event that came with status 200: set where `object` says that it failed,
// by a member "error" that is not null. Its "code" counts as the status where it is one, else 502.
[[nodiscard]] std::optional<Error> problem_in(std::string_view provider,
                                              const simdjson::dom::object& object);

// Whether a whole answer that came with status 200 says that it failed: by an error, as an object
// or as text, by its first choice's finish reason, or by its status where it is a response.
[[nodiscard]] bool says_it_failed(const simdjson::dom::object& answer);

// The status that such an answer or event states: its own error's code, its first choice's, or
// that of the response it brings. Nullopt where none of them is a status. `body` may be anything.
[[nodiscard]] std::optional<int> stated_status(const simdjson::dom::object& answer);
[[nodiscard]] std::optional<int> stated_status(std::string_view body);

// Of an end that the provider calls an error without a word about it.
[[nodiscard]] Error unexplained_problem(std::string_view provider);

// Whether an answer with status 400 says that it is the parameter `name` that it does not take:
// OpenAI and most others by the error's "param", others in words only. True too where OpenRouter
// quotes a provider that says so.
[[nodiscard]] bool refuses_parameter(std::string_view body, std::string_view name);

}  // namespace tollway::dialects
