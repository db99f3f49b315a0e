#include "settings/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <cmath>
#include <optional>

#include "settings/definitions.hpp"

namespace tollway::settings {
namespace {

constexpr std::size_t shown_bytes_max = 20;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::string_view white_space = " \t\r\n\v\f";
// What is pasted often comes with the quotes and the line end of the file it was in.
constexpr std::string_view around_pasted = " \t\r\n\v\f\"'`";

std::string_view without(std::string_view text, std::string_view unwanted) {
  const auto begin = text.find_first_not_of(unwanted);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(unwanted) - begin + 1);
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char byte) { return byte > 0x20 && byte < 0x7f; });
}

std::unexpected<Error> refuse(const SettingDefinition& definition, std::string_view value) {
  const std::string came = is_secret(definition) || definition.url
                               ? fmt::format("not what was expected ({} characters)", value.size())
                               : shown(value);
  return client_error(Errc::bad_request, fmt::format("{} is {}; expected {}", definition.key, came,
                                                     expected_by(definition)));
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return {};
  return number;
}

bool is_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size();
}

bool in_range(const SettingDefinition& definition, double number) {
  return (!definition.min || number >= *definition.min) &&
         (!definition.max || number <= *definition.max);
}

std::optional<std::string> parse_boolean(std::string_view text) {
  constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  if (std::ranges::find(yes, lowered) != yes.end()) return "true";
  if (std::ranges::find(no, lowered) != no.end()) return "false";
  return {};
}

// Only what no URL has; whoever knows the provider reads it closely (Options::check_url).
bool is_url(std::string_view text) {
  return text.size() <= url_bytes_max && is_printable(text) &&
         text.find_first_of("\"<>\\^`{|}@#") == std::string_view::npos;
}

bool is_json(std::string_view text) {
  boost::system::error_code failed;
  boost::json::parse({text.data(), text.size()}, failed);
  return !failed;
}

Result<Valid> validate_secret(const SettingDefinition& definition, std::string_view value) {
  const std::string_view inner = without(value, around_pasted);
  if (inner.empty() || inner.size() > secret_bytes_max || !is_printable(inner)) {
    return refuse(definition, value);
  }
  return Valid{.text = std::string(inner), .trimmed = inner.size() != value.size()};
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char byte) {
    const auto code = static_cast<unsigned char>(byte);
    return code < 0x20 || code == 0x7f;
  });
}

bool accepts(const SettingDefinition& definition, std::string_view text) {
  switch (definition.type) {
    case SettingType::text:
      return !has_control_characters(text) && (!definition.url || is_url(text));
    case SettingType::integer:
    case SettingType::number: {
      const auto number = parse_number(text);
      return number && in_range(definition, *number) &&
             (definition.type == SettingType::number || is_integer(text));
    }
    case SettingType::boolean:
      return parse_boolean(text).has_value();
    case SettingType::json:
      return is_json(text);
  }
  return false;
}

std::string range_of(const SettingDefinition& definition) {
  if (definition.min && definition.max) {
    return fmt::format(" from {} to {}", *definition.min, *definition.max);
  }
  if (definition.min) return fmt::format(" of at least {}", *definition.min);
  if (definition.max) return fmt::format(" of at most {}", *definition.max);
  return {};
}

std::string options_of(const SettingDefinition& definition) {
  std::string text = "one of";
  for (const auto& option : definition.options) {
    text += fmt::format("{} \"{}\"", &option == definition.options.data() ? "" : ",", option.value);
  }
  return text;
}

}  // namespace

std::string shown(std::string_view value) {
  if (value.size() <= shown_bytes_max && std::ranges::all_of(value, [](char byte) {
        return byte >= 0x20 && byte < 0x7f && byte != '"';
      })) {
    return fmt::format("\"{}\"", value);
  }
  return fmt::format("a text of {} characters", value.size());
}

std::string expected_by(const SettingDefinition& definition) {
  if (is_secret(definition)) return "a key of printable characters without spaces; copy it again";
  if (definition.url) {
    return "a base URL such as https://host/v1, without user name and fragment";
  }
  if (!definition.options.empty()) return options_of(definition);
  switch (definition.type) {
    case SettingType::text:
      return "a text without control characters; to take a setting away, unset it";
    case SettingType::integer:
      return "a whole number" + range_of(definition);
    case SettingType::number:
      return "a number" + range_of(definition);
    case SettingType::boolean:
      return "true or false";
    case SettingType::json:
      return "JSON";
  }
  return "another value";
}

Result<Valid> validate(const SettingDefinition& definition, std::string_view value) {
  if (is_secret(definition)) return validate_secret(definition, value);
  const std::string_view text = without(value, definition.url ? around_pasted : white_space);
  if (text.empty() || text.size() > value_bytes_max || !accepts(definition, text)) {
    return refuse(definition, value);
  }
  if (definition.type == SettingType::boolean) return Valid{.text = *parse_boolean(text)};
  if (!definition.options.empty() &&
      std::ranges::find(definition.options, text, &SettingDefinition::Option::value) ==
          definition.options.end()) {
    return refuse(definition, value);
  }
  return Valid{.text = std::string(text)};
}

}  // namespace tollway::settings
