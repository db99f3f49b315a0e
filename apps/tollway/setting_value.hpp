// One setting as people and programs see it: of a secret no more than its last four characters.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "tollway/settings.hpp"

namespace tollway {

[[nodiscard]] bool is_secret(const SettingDefinition& definition) noexcept;

// "0.7", "set (...abcd)", "" where unset.
[[nodiscard]] std::string value_shown(const SettingDefinition& definition,
                                      const SettingsSnapshot& snapshot);

// {"key","name","type","secret","set","value","origin","source","locked"}.
[[nodiscard]] boost::json::object setting_json(const SettingDefinition& definition,
                                               const SettingsSnapshot& snapshot);

}  // namespace tollway
