// docs/configuration.md tells of every setting; TOLLWAY_UPDATE_GOLDENS=1 writes its table anew.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "settings/definitions.hpp"
#include "settings/provider_definitions.hpp"
#include "support/temporary_directory.hpp"

namespace tollway::test {
namespace {

constexpr std::string_view page_file = "docs/configuration.md";
constexpr std::string_view begin_mark = "<!-- settings -->\n";
constexpr std::string_view end_mark = "<!-- end of settings -->\n";

std::string number(double value) {
  return value == std::floor(value) ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

// "0 to 2", "`a` or `b`", "a key".
std::string form_of(const SettingDefinition& row) {
  if (settings::is_secret(row)) return "secret";
  if (row.url) return "URL";
  if (!row.options.empty()) {
    std::vector<std::string> values;
    for (const auto& option : row.options) values.push_back("`" + option.value + "`");
    return fmt::format("{}", fmt::join(values, ", "));
  }
  if (row.min && row.max) return fmt::format("{} to {}", number(*row.min), number(*row.max));
  switch (row.type) {
    case SettingType::boolean:
      return "`true`, `false`";
    case SettingType::integer:
    case SettingType::number:
      return "number";
    case SettingType::json:
      return "JSON";
    case SettingType::text:
      break;
  }
  return "text";
}

std::string table() {
  std::string made = "\n| Setting | Takes | Default | Variables | What |\n|---|---|---|---|---|\n";
  auto rows = settings::routing_definitions("<provider>", "the provider");  // that all have
  for (const auto& row : settings::Definitions::built_in()->rows()) {
    if (row.visible) rows.push_back(row);
  }
  std::ranges::sort(rows, {}, &SettingDefinition::key);
  for (const auto& row : rows) {
    std::vector<std::string> variables;
    for (const auto& name : row.environment) variables.push_back("`" + name + "`");
    made += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.key, form_of(row),
                        row.default_value ? "`" + *row.default_value + "`" : "",
                        fmt::join(variables, ", "), row.description);
  }
  return made + "\n";
}

TEST(ConfigurationPage, HasEverySetting) {
  const auto page = read_file(page_file);
  const auto begin = page.find(begin_mark);
  const auto end = page.find(end_mark);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos && begin < end);
  const auto at = begin + begin_mark.size();
  if (std::getenv("TOLLWAY_UPDATE_GOLDENS") != nullptr) {
    replace_file(page_file, page.substr(0, at) + table() + page.substr(end));
    return;
  }
  EXPECT_EQ(page.substr(at, end - at), table())
      << "definitions changed: TOLLWAY_UPDATE_GOLDENS=1 tests_settings, from the project's root";
}

}  // namespace
}  // namespace tollway::test
