// OpenAI's Responses.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route responses{.method = "POST",
                             .path = "responses",
                             .chat = true,
                             .dialect = &dialects::openai_responses,
                             .serve = &forward};

}  // namespace tollway::gateway::routes
