// How many models the provider offers.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route models_count{.method = "GET",
                                .path = "models/count",
                                .chat = false,
                                .dialect = &dialects::openai_chat,
                                .serve = &forward};

}  // namespace tollway::gateway::routes
