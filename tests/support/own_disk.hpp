// A disk of a test's own, small enough to be full.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>

namespace tollway::test {

// Runs `body` on a thread in its own mount namespace, where an empty file system of `bytes` lies at
// `directory`, which must be there. Processes that the body starts see it too. Returns false,
// without running it, where the system forbids that: it takes root.
[[nodiscard]] bool on_own_disk(const std::filesystem::path& directory, std::size_t bytes,
                               const std::function<void()>& body);

}  // namespace tollway::test
