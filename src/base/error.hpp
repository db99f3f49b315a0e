// The makers of errors. The type itself is public.
#pragma once

#include <string>

#include "tollway/error.hpp"

namespace tollway {

// The fault of the client: never retried. `message` is shown to it.
[[nodiscard]] std::unexpected<Error> client_error(Errc code, std::string message);

// The fault of an upstream: another candidate may do better.
[[nodiscard]] std::unexpected<Error> upstream_error(Errc code, std::string message,
                                                    std::string context = {});

// Our own fault.
[[nodiscard]] std::unexpected<Error> internal_error(std::string message, std::string context = {});

}  // namespace tollway
