#include "settings/serve_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace tollway::settings {
namespace {

struct Reader {
  const SettingsSnapshot& snapshot;

  void text(std::string_view key, std::string& into) const {
    if (auto value = snapshot.text(key)) into = std::move(*value);
  }

  void seconds(std::string_view key, ServeSettings::Duration& into) const {
    const auto value = snapshot.number(key);
    if (value) into = ServeSettings::Duration(std::llround(*value * 1000));
  }

  template <class Number>
  void count(std::string_view key, Number& into) const {
    if (const auto value = snapshot.integer(key)) into = static_cast<Number>(*value);
  }
};

}  // namespace

ServeSettings serve_settings_from(const SettingsSnapshot& snapshot) {
  ServeSettings settings;
  settings.threads = std::max(1U, std::thread::hardware_concurrency());
  const Reader reader{snapshot};
  reader.text("listen", settings.listen);
  reader.count("threads", settings.threads);
  reader.text("tls.certificate", settings.tls_certificate_file);
  reader.text("tls.key", settings.tls_key_file);
  reader.text("ledger.sync", settings.ledger_sync);
  reader.seconds("upstream.connect_timeout", settings.upstream_connect_timeout);
  reader.seconds("upstream.first_byte_timeout", settings.upstream_first_byte_timeout);
  reader.seconds("upstream.between_bytes_timeout", settings.upstream_between_bytes_timeout);
  reader.seconds("upstream.total_timeout", settings.upstream_total_timeout);
  reader.seconds("stream.silence", settings.stream_silence);
  reader.seconds("stream.first_content_timeout", settings.stream_first_content);
  if (const auto speed = snapshot.number("stream.tokens_per_second_min")) {
    settings.stream_tokens_a_second_min = *speed;
  }
  reader.seconds("stream.speed_window", settings.stream_speed_window);
  reader.seconds("drain.timeout", settings.drain_timeout);
  reader.seconds("client.head_timeout", settings.client_head_timeout);
  reader.seconds("client.body_timeout", settings.client_body_timeout);
  reader.seconds("client.idle_timeout", settings.client_idle_timeout);
  reader.seconds("client.write_timeout", settings.client_write_timeout);
  reader.seconds("request.queue_delay_max", settings.queue_delay_max);
  reader.count("request.body_max", settings.request_body_bytes_max);
  reader.count("ledger.backlog_max", settings.ledger_backlog_bytes_max);
  if (const auto ttl = snapshot.integer("catalogue.ttl")) {
    settings.catalogue_ttl = std::chrono::seconds(*ttl);
  }
  if (const auto days = snapshot.integer("ledger.retention_days")) {
    settings.ledger_retention = std::chrono::days(*days);
  }
  settings.catalogue_refresh = snapshot.boolean("catalogue.refresh").value_or(true);
  settings.catalogue_probe_local = snapshot.boolean("catalogue.probe_local").value_or(true);
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
