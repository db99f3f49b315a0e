#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "base/log.hpp"
#include "http/head.hpp"
#include "providers/descriptor.hpp"

namespace tollway::providers {
namespace {

bool is_before(const DescriptionPointer& left, const DescriptionPointer& right) {
  return left->key < right->key;
}

Result<std::string> read_text(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::is_regular_file(path, code)) {
    return client_error(Errc::bad_request,
                        fmt::format("{}:1:1: expected a readable file", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  // One byte too many shows that there is more.
  std::string text(descriptor_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) {
    return client_error(Errc::bad_request,
                        fmt::format("{}:1:1: expected a readable file", path.string()));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<DescriptionPointer> read_file(const std::filesystem::path& path) {
  const auto text = read_text(path);
  if (!text) return std::unexpected(text.error());
  auto description = read_descriptor(*text, path.string());
  if (!description) return std::unexpected(std::move(description.error()));
  description->operators_own = true;
  return std::make_shared<const Description>(std::move(*description));
}

std::vector<std::filesystem::path> descriptors_in(const std::filesystem::path& folder,
                                                  std::vector<Problem>& problems) {
  std::vector<std::filesystem::path> paths;
  std::error_code code;
  if (folder.empty() || !std::filesystem::exists(folder, code)) return paths;
  std::filesystem::directory_iterator entry(folder, code);
  for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
    const auto& path = entry->path();
    if (path.extension() == ".toml" && !path.filename().string().starts_with('.')) {
      paths.push_back(path);
    }
  }
  if (code) {
    problems.push_back({folder.string(), fmt::format("{}:1:1: expected a readable folder: {}",
                                                     folder.string(), code.message())});
  }
  std::ranges::sort(paths);
  if (paths.size() > descriptors_max) {
    problems.push_back({folder.string(),
                        fmt::format("{}:1:1: expected at most {} descriptors, came {}; the others "
                                    "are left out",
                                    folder.string(), descriptors_max, paths.size())});
    paths.resize(descriptors_max);
  }
  return paths;
}

}  // namespace

const std::vector<DescriptionPointer>& built_in() {
  static const std::vector<DescriptionPointer> all = [] {
    std::vector<DescriptionPointer> made;
    for (const EmbeddedFile& file : embedded_descriptors()) {
      auto description = read_descriptor(file.text, file.name);
      if (description) {
        made.push_back(std::make_shared<const Description>(std::move(*description)));
      } else {  // descriptor_test reads them all, so this is for those who change them
        log::error("a built-in provider is left out: {}", description.error().message);
      }
    }
    std::ranges::sort(made, is_before);
    return made;
  }();
  return all;
}

DescriptionPointer find(std::span<const DescriptionPointer> descriptions, std::string_view key) {
  for (const auto& description : descriptions) {
    if (http::equals_ignoring_case(description->key, key)) return description;
  }
  return nullptr;
}

Descriptions load_descriptions(const std::filesystem::path& folder) {
  Descriptions loaded;
  std::vector<DescriptionPointer> own;
  for (const auto& path : descriptors_in(folder, loaded.problems)) {
    auto description = read_file(path);
    if (!description) {
      loaded.problems.push_back({path.string(), description.error().message});
    } else if (find(own, (*description)->key)) {
      loaded.problems.push_back(
          {path.string(), fmt::format("{}:1:1: expected a key of its own, but another descriptor "
                                      "of this folder has the key \"{}\"",
                                      path.string(), (*description)->key)});
    } else {
      own.push_back(std::move(*description));
    }
  }
  loaded.all = own;
  for (const auto& description : built_in()) {
    if (!find(own, description->key)) loaded.all.push_back(description);
  }
  std::ranges::sort(loaded.all, is_before);
  return loaded;
}

}  // namespace tollway::providers
