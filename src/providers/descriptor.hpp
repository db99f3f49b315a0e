// Descriptors: a provider's facts as TOML.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"
#include "base/error.hpp"
#include "providers/description.hpp"

namespace tollway::providers {

inline constexpr std::size_t descriptor_bytes_max = 64 * 1024;
inline constexpr std::size_t descriptors_max = 512;  // of one folder

// Reads one descriptor. The message of an error (Errc::bad_request) is "path:line:column: what was
// expected, what came", of an unknown field with the name that was probably meant. Header names and
// values, paths and URLs are checked here, so that nothing in a descriptor can forge a request.
[[nodiscard]] Result<Description> read_descriptor(std::string_view text, std::string_view path);

// The files of data/providers, as part of the program.
[[nodiscard]] std::span<const EmbeddedFile> embedded_descriptors();

struct Problem {
  std::string path;
  std::string message;  // as read_descriptor's
};
struct Descriptions {
  std::vector<DescriptionPointer> all;  // in the order of their keys, each once
  std::vector<Problem> problems;
};

// The built-in providers. Read once; thread-safe.
[[nodiscard]] const std::vector<DescriptionPointer>& built_in();
// Null where there is none of that key, compared without regard to case.
[[nodiscard]] DescriptionPointer find(std::span<const DescriptionPointer> descriptions,
                                      std::string_view key);

// The built-in ones and those of the *.toml files in `folder`, read in the order of their names. A
// descriptor replaces the built-in one of its key; of two in the folder the second is a problem, as
// is a file that cannot be read. A folder that is not there holds none.
[[nodiscard]] Descriptions load_descriptions(const std::filesystem::path& folder);

}  // namespace tollway::providers
