// Embeddings: never streamed.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route embeddings{.method = "POST",
                              .path = "embeddings",
                              .chat = false,
                              .dialect = &dialects::openai_chat,
                              .serve = &forward};

}  // namespace tollway::gateway::routes
