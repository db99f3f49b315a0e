// Base URLs as people write them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/origin.hpp"
#include "providers/description.hpp"

namespace tollway::providers {

struct BaseUrl {
  http::Url url;                 // "https://openrouter.ai/api/v1"
  std::vector<NameValue> query;  // of the description, with the values that the URL carries
  [[nodiscard]] std::string to_string() const;   // without the query
  [[nodiscard]] std::string query_text() const;  // "api-version=2024-10-21"; "" for none
  // What is asked for at `path` (which may have a query) under the base URL, or under the origin
  // where it begins with "/": "/api/v1/models?limit=100".
  [[nodiscard]] std::string target(std::string_view path) const;
};

// A model's name as one segment of a path, percent-encoded.
[[nodiscard]] std::string path_segment(std::string_view name);

// A description's path with "{model}" replaced by the model's name as one segment.
[[nodiscard]] std::string path_for_model(std::string_view path, std::string_view model);

// Whether it can be the value of a query's parameter as it is: letters, digits, "-", ".", "_", "~".
inline constexpr std::size_t query_value_bytes_max = 64;
[[nodiscard]] bool is_query_value(std::string_view value);

// Makes a base URL of what a person wrote or pasted for this provider:
// - white space and quotes around it are dropped; empty means the description's default;
// - without a scheme it is https, or http for loopback, private and local names and addresses;
// - slashes at the end and doubled ones go, as do a version that is there twice ("/v1/v1") and a
//   route that was pasted with it ("/v1/chat/completions");
// - a local server may be named by its host alone ("127.0.0.1", "gpu-box:11434"): port and path are
//   then the default's, and 0.0.0.0 and [::], which servers listen on, are loopback;
// - so is the path of a cloud provider's own host ("https://api.groq.com");
// - of the query only names that the description has are allowed.
// Errc::bad_request says what was expected; it quotes nothing, as a URL may hold a password.
// Whether its addresses may be dialled is decided when they are known (net/dial_guard.hpp).
[[nodiscard]] Result<BaseUrl> normalise_base_url(std::string_view text,
                                                 const Description& description);

}  // namespace tollway::providers
