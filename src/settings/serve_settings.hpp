// What `tollway serve` runs with.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "tollway/settings.hpp"

namespace tollway::settings {

struct ServeSettings {
  using Duration = std::chrono::milliseconds;

  std::string listen = "127.0.0.1:8484";  // an address and a port; port 0 picks one
  std::string port_file;                  // gets the port once the gateway listens; empty for none
  std::string data_directory;
  unsigned threads = 1;
  bool authenticate = true;
  std::string record_directory;  // empty: nothing is recorded
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string ledger_sync = "process";    // or "second": what survives a power cut
  std::chrono::days ledger_retention{0};  // 0: for ever
  std::size_t ledger_backlog_bytes_max = limits::ledger_backlog_bytes_max;

  Duration upstream_connect_timeout = limits::connect_timeout;
  Duration upstream_first_byte_timeout = limits::first_byte_timeout;
  Duration upstream_between_bytes_timeout = limits::between_bytes_timeout;
  Duration upstream_total_timeout = limits::total_timeout;
  Duration stream_silence = limits::silence_before_comment;
  Duration stream_first_content{};        // 0: any time
  double stream_tokens_a_second_min = 0;  // 0: any speed
  Duration stream_speed_window = std::chrono::seconds(10);
  Duration drain_timeout = limits::drain_timeout;
  Duration client_head_timeout = limits::client_head_timeout;
  Duration client_body_timeout = limits::client_body_timeout;
  Duration client_idle_timeout = limits::client_idle_timeout;
  Duration client_write_timeout = limits::client_write_timeout;
  Duration queue_delay_max = limits::queue_delay_max;
  std::size_t request_body_bytes_max = limits::request_body_bytes_max;
  std::chrono::seconds catalogue_ttl{3600};
  bool catalogue_refresh = true;
  bool catalogue_probe_local = true;
};

// The settings of data/settings/gateway.json and catalogue.json; without a number of threads, one a
// CPU. What flags alone say keeps its default.
[[nodiscard]] ServeSettings serve_settings_from(const SettingsSnapshot& snapshot);

// Checks what only the whole can tell: both TLS files or none, no authentication on loopback only.
[[nodiscard]] Result<> validate(const ServeSettings& settings, bool listens_on_loopback);

}  // namespace tollway::settings
