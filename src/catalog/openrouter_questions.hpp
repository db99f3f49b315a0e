// What OpenRouter is asked besides its list of models, as paths under its base URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "catalog/model_query.hpp"

namespace tollway::catalog {

inline constexpr std::string_view providers_path = "providers";
// "models/a/one/endpoints"
[[nodiscard]] std::string endpoints_path(std::string_view model);
// For those of its models that pass what it alone can judge of `query`, in the order asked for;
// empty where the query asks for nothing of the kind.
[[nodiscard]] std::string models_path(const ModelQuery& query);

// What is kept of the answer to one of these. Errc::upstream_invalid where it is none, and
// Errc::upstream_too_large.
[[nodiscard]] Result<std::string> read_answer(std::string_view path, std::string_view body);
// The ids in what was kept of an answer to models_path().
[[nodiscard]] std::vector<std::string> ids_in_answer(std::string_view kept);

// As it stands in a path, or in the name of a file: what is neither a letter, a digit, "-", "_" nor
// in `also_plain` as "%2F".
[[nodiscard]] std::string escaped(std::string_view text, std::string_view also_plain);

}  // namespace tollway::catalog
