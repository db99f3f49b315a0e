// Rerank: never streamed.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route rerank{.method = "POST",
                          .path = "rerank",
                          .chat = false,
                          .dialect = &dialects::openai_chat,
                          .serve = &forward};

}  // namespace tollway::gateway::routes
