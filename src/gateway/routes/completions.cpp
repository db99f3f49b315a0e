// Legacy text completions.
#include "gateway/forward.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway::routes {

extern const Route completions{.method = "POST",
                               .path = "completions",
                               .chat = true,
                               .dialect = &dialects::openai_completions,
                               .serve = &forward};

}  // namespace tollway::gateway::routes
