#include "catalog/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tollway::catalog {
namespace {

// In the order of Variant.
constexpr std::array<std::string_view, 8> variant_names{"free",  "extended", "thinking", "batch",
                                                        "nitro", "floor",    "exacto",   "online"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> authors{{
    {"mistral", "mistralai"},
    {"moonshot", "moonshotai"},
    {"xai", "x-ai"},
    {"zai", "z-ai"},
    {"demonstration", "tollway"},
}};

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

// How long a date at the end is, its dash included; 0 for none.
std::size_t date_size(std::string_view name) {
  constexpr std::array<std::string_view, 4> forms{"-####-##-##", "-##-####", "-########", "-####"};
  for (const std::string_view form : forms) {
    if (name.size() <= form.size()) continue;
    const auto end = name.substr(name.size() - form.size());
    const bool fits = std::ranges::equal(
        form, end, [](char want, char is) { return want == '#' ? is_digit(is) : want == is; });
    if (fits) return form.size();
  }
  return 0;
}

}  // namespace

std::optional<Variant> cut_variant(std::string_view& name) noexcept {
  const auto colon = name.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  const auto* const found = std::ranges::find(variant_names, name.substr(colon + 1));
  if (found == variant_names.end()) return std::nullopt;
  name = name.substr(0, colon);
  return static_cast<Variant>(found - variant_names.begin());
}

bool is_dynamic(Variant variant) noexcept {
  return variant >= Variant::nitro;
}

std::string_view cut_preset(std::string_view& name) noexcept {
  const auto at = name.find("@preset/");
  if (at == std::string_view::npos) return {};
  const auto preset = name.substr(at);
  name = name.substr(0, at);
  return preset;
}

std::string folded(std::string_view name) {
  std::string made(name);
  std::ranges::transform(made, made.begin(), [](char byte) {
    if (byte == '.' || byte == '_') return '-';
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return made;
}

std::string_view undated(std::string_view name) noexcept {
  constexpr std::string_view latest = "-latest";
  if (name.ends_with(latest)) return name.substr(0, name.size() - latest.size());
  return name.substr(0, name.size() - date_size(name));
}

std::string_view author_of(std::string_view id) noexcept {
  const auto slash = id.find('/');
  if (slash == std::string_view::npos) return {};
  return id.starts_with('~') ? id.substr(1, slash - 1) : id.substr(0, slash);
}

std::string_view bare_name(std::string_view id) noexcept {
  return id.substr(id.find('/') + 1);  // the whole where there is none
}

std::string_view author_of_provider(std::string_view provider) noexcept {
  for (const auto& [key, author] : authors) {
    if (key == provider) return author;
  }
  return provider;
}

}  // namespace tollway::catalog
