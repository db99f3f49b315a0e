// The built-in provider: answers that need no model, no key and no network.
#pragma once

#include "demo/question.hpp"

namespace tollway::demo {

// Where its routes begin: the provider's base URL ends so.
inline constexpr std::string_view base_path = "/api/v1";

// The answer of the route that `question` names, or 404 or 405. Thread-safe and without sockets;
// the pieces of the answer say when each is due. docs/demonstration.md tells users what to expect.
[[nodiscard]] Answer answer(const Question& question);

}  // namespace tollway::demo
