// The catalogue's files: lists as they came, and what changed over time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "catalog/changes.hpp"

namespace tollway::catalog {

// A provider's answer to the question for its models.
struct KeptList {
  std::int64_t fetched_at = 0;  // Unix seconds at which it was last known to hold
  std::string etag;             // as the provider sent it; empty: it sent none
  std::string body;
};

// Files in one folder. Several processes may share it: files are replaced whole, the last one wins.
// Blocks; thread-safe, as it holds nothing but the folder's name.
class Store {
 public:
  static constexpr std::size_t list_bytes_max = 16 * 1024 * 1024;
  static constexpr std::size_t history_bytes_max = 1024 * 1024;

  // "DATA/catalogue"; it is created when something is written first.
  explicit Store(std::string folder) : folder_(std::move(folder)) {}

  // Nullopt where there is none. One that is broken is ignored with a warning in the log.
  [[nodiscard]] std::optional<KeptList> read_list(std::string_view provider) const;
  // Lists over list_bytes_max are refused.
  [[nodiscard]] Result<> write_list(std::string_view provider, const KeptList& list) const;

  // Removes all lists but the `count` that were written last.
  [[nodiscard]] Result<> keep_newest(std::size_t count) const;

  // Adds to the history, whose oldest entries go when it would be over history_bytes_max.
  [[nodiscard]] Result<> append(const ChangesFound& found) const;
  // All that is kept, oldest first; lines that are broken are left out with a warning.
  [[nodiscard]] std::vector<ChangesFound> history() const;

 private:
  [[nodiscard]] Result<> replace(const std::string& name, std::string_view content) const;
  std::string folder_;
};

}  // namespace tollway::catalog
