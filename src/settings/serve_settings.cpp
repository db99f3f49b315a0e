#include "settings/serve_settings.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <thread>

namespace tollway::settings {
namespace {

constexpr double seconds_max = 7 * 24 * 3600;

std::unexpected<Error> bad_value(const char* name, const std::string& value, const char* expected) {
  return internal_error(fmt::format("{} is \"{}\"; expected {}", name, value, expected));
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct Reader {
  const Lookup& lookup;
  Result<> outcome;

  void text(const char* name, std::string& into) const {
    if (auto value = lookup(name)) into = std::move(*value);
  }

  void seconds(const char* name, ServeSettings::Duration& into) {
    const auto value = lookup(name);
    if (!value || !outcome) return;
    const auto number = parse_number<double>(*value);
    if (!number || !(*number > 0) || *number > seconds_max) {
      outcome = bad_value(name, *value, "seconds, more than 0 and at most a week");
      return;
    }
    into = ServeSettings::Duration(std::max(1LL, std::llround(*number * 1000)));
  }

  template <class Number>
  void count(const char* name, Number& into, Number max, const char* expected) {
    const auto value = lookup(name);
    if (!value || !outcome) return;
    const auto number = parse_number<Number>(*value);
    if (!number || *number < 1 || *number > max) {
      outcome = bad_value(name, *value, expected);
      return;
    }
    into = *number;
  }
};

std::string trimmed(const std::string& text) {
  constexpr const char* white_space = " \t\r\n";
  const auto begin = text.find_first_not_of(white_space);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

}  // namespace

std::string default_data_directory(const Lookup& environment) {
  if (const auto data_home = environment("XDG_DATA_HOME"); data_home && !data_home->empty()) {
    return *data_home + "/tollway";
  }
  return environment("HOME").value_or(".") + "/.local/share/tollway";
}

Result<ServeSettings> serve_settings_from(const Lookup& environment) {
  ServeSettings settings;
  settings.threads = std::max(1U, std::thread::hardware_concurrency());
  settings.data_directory = default_data_directory(environment);
  if (const auto key = environment("OPENROUTER_API_KEY")) {
    settings.openrouter_key = Secret(trimmed(*key));
  }
  Reader reader{environment, {}};
  reader.text("TOLLWAY_LISTEN", settings.listen);
  reader.text("TOLLWAY_DATA", settings.data_directory);
  reader.text("TOLLWAY_LLM_OPENROUTER_URL", settings.openrouter_url);
  reader.text("TOLLWAY_TLS_CERTIFICATE", settings.tls_certificate_file);
  reader.text("TOLLWAY_TLS_KEY", settings.tls_key_file);
  reader.count("TOLLWAY_THREADS", settings.threads, 256U, "a number from 1 to 256");
  reader.seconds("TOLLWAY_UPSTREAM_CONNECT_TIMEOUT", settings.upstream_connect_timeout);
  reader.seconds("TOLLWAY_UPSTREAM_FIRST_BYTE_TIMEOUT", settings.upstream_first_byte_timeout);
  reader.seconds("TOLLWAY_UPSTREAM_BETWEEN_BYTES_TIMEOUT", settings.upstream_between_bytes_timeout);
  reader.seconds("TOLLWAY_UPSTREAM_TOTAL_TIMEOUT", settings.upstream_total_timeout);
  reader.seconds("TOLLWAY_STREAM_SILENCE", settings.stream_silence);
  reader.seconds("TOLLWAY_DRAIN_TIMEOUT", settings.drain_timeout);
  reader.seconds("TOLLWAY_CLIENT_HEAD_TIMEOUT", settings.client_head_timeout);
  reader.seconds("TOLLWAY_CLIENT_BODY_TIMEOUT", settings.client_body_timeout);
  reader.seconds("TOLLWAY_CLIENT_IDLE_TIMEOUT", settings.client_idle_timeout);
  reader.seconds("TOLLWAY_CLIENT_WRITE_TIMEOUT", settings.client_write_timeout);
  reader.count("TOLLWAY_REQUEST_BODY_MAX", settings.request_body_bytes_max, std::size_t{1} << 30,
               "bytes, from 1 to 1073741824");
  if (!reader.outcome) return std::unexpected(reader.outcome.error());
  return settings;
}

Result<> validate(const ServeSettings& settings, bool listens_on_loopback) {
  if (settings.tls_certificate_file.empty() != settings.tls_key_file.empty()) {
    return internal_error("TLS needs both a certificate and its key; only one of them is set");
  }
  if (!settings.authenticate && !listens_on_loopback) {
    return internal_error(fmt::format(
        "--no-auth is accepted on loopback only, and {} is reachable by others; listen on "
        "127.0.0.1 or keep authentication",
        settings.listen));
  }
  return {};
}

}  // namespace tollway::settings
