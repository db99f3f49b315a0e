// Chat completions (OpenRouter's and OpenAI's).
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route chat_completions{.method = "POST",
                                    .path = "chat/completions",
                                    .chat = true,
                                    .dialect = &dialects::openai_chat,
                                    .serve = &forward};

}  // namespace tollway::gateway::routes
