// Model servers of this machine that may be running though nobody configured them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "installation.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway {

// Those whose URL is not set, at their usual ports of localhost; not at `own_port`, where a gateway
// would ask itself.
[[nodiscard]] std::vector<std::shared_ptr<const providers::OpenAICompatibleProvider>> local_servers(
    const Installation& installation, std::uint16_t own_port);

}  // namespace tollway
