#include "providers/description.hpp"

namespace tollway::providers {

std::string Description::api_key_setting() const {
  return api_key.use == KeyUse::none ? "" : "llm." + key + ".api_key";
}

std::string Description::base_url_setting() const {
  return "llm." + key + ".url";
}

std::string variable_of(std::string_view setting) {
  std::string variable = "TOLLWAY_";
  for (const char byte : setting) {
    const bool small = byte >= 'a' && byte <= 'z';
    variable += small ? static_cast<char>(byte & ~0x20) : byte == '.' ? '_' : byte;
  }
  return variable;
}

}  // namespace tollway::providers
