#include "settings/toml_layer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include "settings/validate.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace tollway::settings {
namespace {

// Of the parser's message only which thing it was reading: the rest may quote the file.
std::string_view thing_being_read(std::string_view description) {
  constexpr std::string_view begin = "Error while parsing ";
  constexpr std::array<std::string_view, 13> things{
      "key-value pair", "key",  "table header", "value",     "string", "literal string", "boolean",
      "floating-point", "date", "time",         "date-time", "array",  "inline table"};
  if (!description.starts_with(begin)) return "line";
  description.remove_prefix(begin.size());
  description = description.substr(0, description.find(':'));
  const auto found = std::ranges::find(things, description);
  return found == things.end() ? "line" : *found;
}

std::string place(const std::string& file, const toml::source_region& source) {
  return fmt::format("{}:{}:{}", file, source.begin.line, source.begin.column);
}

class Reader {
 public:
  Reader(const Definitions& definitions, const std::string& file)
      : definitions_(definitions), file_(file) {}

  Result<> table(const toml::table& table, const std::string& prefix) {
    for (const auto& [name, node] : table) {
      const std::string key = prefix + std::string(name.str());
      const SettingDefinition* definition = definitions_.find(key);
      Result<> outcome;
      if (definition != nullptr) {
        outcome = value(*definition, node);
      } else if (node.is_table()) {
        outcome = this->table(*node.as_table(), key + ".");
      } else {
        layer_.warnings.push_back(
            fmt::format("{}: {}", place(file_, name.source()), definitions_.unknown(key)));
      }
      if (!outcome) return outcome;
    }
    return {};
  }

  Layer take() { return std::move(layer_); }

 private:
  static std::optional<std::string> text(const SettingDefinition& definition,
                                         const toml::node& node) {
    if (const auto* string = node.as_string()) return string->get();
    if (const auto* integer = node.as_integer()) return fmt::format("{}", integer->get());
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
    if (definition.type != SettingType::json) return std::nullopt;
    std::ostringstream json;
    if (const auto* table = node.as_table()) json << toml::json_formatter{*table};
    if (const auto* array = node.as_array()) json << toml::json_formatter{*array};
    return json.str();
  }

  Result<> value(const SettingDefinition& definition, const toml::node& node) {
    auto found = text(definition, node);
    if (!found) {
      return client_error(
          Errc::bad_request,
          fmt::format("{}: {} is a table, a list or a date; expected {}",
                      place(file_, node.source()), definition.key, expected_by(definition)));
    }
    const Secret kept(std::move(*found));
    if (kept.empty()) return {};
    return add(layer_, definition, kept.reveal(), SettingOrigin::file,
               fmt::format("{}:{}", file_, node.source().begin.line));
  }

  const Definitions& definitions_;
  const std::string& file_;
  Layer layer_;
};

std::unexpected<Error> unreadable(const std::string& file, std::string_view why) {
  return client_error(
      Errc::not_found,
      fmt::format("{} cannot be read: {}; name a file that is there, or none", file, why));
}

}  // namespace

Result<Layer> parse_toml_layer(const Definitions& definitions, std::string_view text,
                               const std::string& file) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return client_error(
        Errc::bad_request,
        fmt::format("{}: this {} is no TOML; expected [tables] and key = value, texts in double "
                    "quotes",
                    place(file, error.source()), thing_being_read(error.description())));
  }
  Reader reader(definitions, file);
  auto outcome = reader.table(parsed.table(), {});
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  return reader.take();
}

Result<Layer> read_toml_layer(const Definitions& definitions, const std::string& file) {
  struct stat status{};
  if (stat(file.c_str(), &status) != 0) return unreadable(file, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) return unreadable(file, "it is no file");
  if (status.st_size > static_cast<off_t>(toml_bytes_max)) {
    return unreadable(file, "it is larger than 1 MiB");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return unreadable(file, std::strerror(errno));
  const Secret text(std::string(std::istreambuf_iterator<char>(stream), {}));
  if (stream.bad()) return unreadable(file, "the disk failed");

  auto layer = parse_toml_layer(definitions, text.reveal(), file);
  if (!layer) return layer;
  const bool has_secrets = std::ranges::any_of(
      layer->values, [](const auto& row) { return !row.second.secret.empty(); });
  if (has_secrets && (status.st_mode & 077) != 0) {
    layer->warnings.push_back(
        fmt::format("{} holds keys and others may read it; run: chmod 600 {}", file, file));
  }
  return layer;
}

}  // namespace tollway::settings
