// Requests that go up as they came and come back as they are.
#pragma once

#include "gateway/request.hpp"

namespace tollway::gateway {

// Reads the body, dispatches it to the same path at the provider and relays the answer.
[[nodiscard]] net::Task<Result<>> forward(Request& request);

// Decides about the request as forward() would, and answers with the decision
// (routing/explain.hpp). Nobody is asked, and it costs nothing.
[[nodiscard]] net::Task<Result<>> explain(Request& request);

}  // namespace tollway::gateway
