// The provider's models, with its own query parameters.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route models{.method = "GET",
                          .path = "models",
                          .chat = false,
                          .dialect = &dialects::openai_chat,
                          .serve = &forward};

}  // namespace tollway::gateway::routes
