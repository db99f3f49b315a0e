// Asking a provider for its models, on a loop.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "catalog/store.hpp"
#include "net/client.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway::catalog {

// One whom models are asked of; outlives those who ask.
using Source = providers::OpenAICompatibleProvider;

// How long one whom nobody configured is waited for: it is on this machine, or it is not there.
inline constexpr net::ClientTimeouts probe_timeouts{.connect = std::chrono::milliseconds(300),
                                                    .first_byte = std::chrono::seconds(2),
                                                    .total = std::chrono::seconds(3)};
inline constexpr net::ClientTimeouts list_timeouts{.first_byte = std::chrono::seconds(30),
                                                   .total = std::chrono::seconds(30)};

// The list as it is now; nullopt where it is still the one of `etag` (which may be empty: then it
// is sent whole). A list that cannot be read is an error, as is every status but 200 and 304.
[[nodiscard]] net::Task<Result<std::optional<KeptList>>> fetch_list(
    net::ClientPool& pool, const Source& source, std::string etag, net::Abort& abort,
    net::ClientTimeouts timeouts = list_timeouts);

// The same of any other question, `path` under the base URL; the answer is not looked into.
[[nodiscard]] net::Task<Result<std::optional<KeptList>>> fetch_answer(
    net::ClientPool& pool, const Source& source, std::string path, std::string etag,
    net::Abort& abort, net::ClientTimeouts timeouts = list_timeouts);

}  // namespace tollway::catalog
