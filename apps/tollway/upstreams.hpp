// Whom the gateway can send requests to.
#pragma once

#include <memory>
#include <vector>

#include "catalog/fetch.hpp"
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

// Whether the limits of all providers can be read. Errc::bad_request where somebody has tried to
// limit one, and its requests would go unlimited.
[[nodiscard]] Result<> check_limits(const Installation& installation);

// Whose lists of models are asked for. The default first: where several have a model, its data are
// taken. Of several keys one asks; vendors that have no list are left out.
[[nodiscard]] std::vector<const catalog::Source*> sources_of(const dispatch::Upstreams& upstreams);

}  // namespace tollway
