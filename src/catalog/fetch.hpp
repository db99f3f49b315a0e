// Asking a provider for its models, on a loop.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "catalog/store.hpp"
#include "net/client.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway::catalog {

// One whom models are asked of; outlives those who ask.
using Source = providers::OpenAICompatibleProvider;

// The list as it is now; nullopt where it is still the one of `etag` (which may be empty: then it
// is sent whole). A list that cannot be read is an error, as is every status but 200 and 304.
[[nodiscard]] net::Task<Result<std::optional<KeptList>>> fetch_list(net::ClientPool& pool,
                                                                    const Source& source,
                                                                    std::string etag,
                                                                    net::Abort& abort);

// The same of any other question, `path` under the base URL; the answer is not looked into.
[[nodiscard]] net::Task<Result<std::optional<KeptList>>> fetch_answer(net::ClientPool& pool,
                                                                      const Source& source,
                                                                      std::string path,
                                                                      std::string etag,
                                                                      net::Abort& abort);

}  // namespace tollway::catalog
