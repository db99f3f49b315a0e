// Who asks, and whether it may.
#pragma once

#include "gateway/request.hpp"

namespace tollway::gateway::filters {

// Takes "Authorization: Bearer <key>" or "x-api-key: <key>" and notes the key in the request.
// Without authentication (loopback only) it refuses what a web page of another site could send:
// a Host that is no loopback name (DNS rebinding), or an Origin of another host.
[[nodiscard]] Result<> authenticate(Request& request);

// The key that a request presents, known or not; empty where there is none.
[[nodiscard]] std::string_view presented_key(const http::Head& head);

}  // namespace tollway::gateway::filters
