// Anthropic's Messages.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route messages{.method = "POST",
                            .path = "messages",
                            .chat = true,
                            .dialect = &dialects::anthropic_messages,
                            .serve = &forward};

}  // namespace tollway::gateway::routes
