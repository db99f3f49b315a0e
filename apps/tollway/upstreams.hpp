// Whom the gateway can send requests to.
#pragma once

#include <memory>

#include "dispatch/standings.hpp"
#include "dispatch/upstreams.hpp"
#include "installation.hpp"

namespace tollway {

// `first`, the default, then all others that are configured, by their keys' order: each with every
// usable key of its own, heaviest first. A key that cannot be used is warned about and left out.
// `standings` outlives what is returned.
[[nodiscard]] dispatch::UpstreamsPointer make_upstreams(
    const Installation& installation,
    const std::shared_ptr<const providers::OpenAICompatibleProvider>& first,
    dispatch::Standings& standings);

}  // namespace tollway
