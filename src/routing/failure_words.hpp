// What an answer that failed says about why, in whatever shape its vendor says it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollway::routing {

// All in lower case.
struct FailureWords {
  std::vector<std::string> codes;         // an error's code, type, status, error_type
  std::vector<std::string> quoted_codes;  // of a provider behind the provider: not about our key
  std::string message;                    // the outermost first, one a line
  // Of OpenRouter's error, which says by structure what its prose may word anew.
  std::vector<std::string> metadata;  // the members of error.metadata that hold something
  std::string availability;           // error.availability.code
  std::optional<bool> retryable;      // error.availability.retryable

  // A provider behind the provider refused: it has keys and money of its own.
  [[nodiscard]] bool quotes_another() const;
  [[nodiscard]] bool has_metadata(std::string_view name) const;
};

// `body` is a whole answer's, or an event's data; it may be anything.
[[nodiscard]] FailureWords read_failure_words(std::string_view body);

}  // namespace tollway::routing
