// One line a request: what was asked of whom, what became of it, how long it took.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "llm/usage.hpp"

namespace tollway::observe {

// Never holds a body or a key. Durations are unset where their phase did not happen.
struct AccessRecord {
  using Duration = std::chrono::steady_clock::duration;

  std::string_view id;         // of the request
  std::string_view key_label;  // of the gateway key; empty where none was accepted
  std::string_view method;
  std::string_view route;           // "chat/completions"; empty for unknown paths
  std::string_view model;           // as asked for, or as answered where none was asked for
  std::string_view provider;        // key of the provider; empty where none was called
  std::string_view upstream_id;     // the provider's id of the answer
  int status = 0;                   // sent to the client; 0 when it left before an answer
  std::string_view outcome = "ok";  // or the name of an error
  int attempts = 0;
  bool stream = false;
  llm::Usage usage;
  std::optional<Duration> connect;
  std::optional<Duration> first_byte;   // of the answer's head, from the request's arrival
  std::optional<Duration> first_token;  // likewise
  Duration total{};
  std::uint64_t bytes_in = 0;    // of the request's body
  std::uint64_t bytes_out = 0;   // of the answer's content
  std::string_view explanation;  // JSON: who could serve it and why; empty: nobody asked
};

// Appends the record as one line of JSON. Text from outside is escaped; id, route, provider,
// outcome and explanation are the gateway's own words and go in as they are.
void append_json_line(const AccessRecord& record, std::string& out);

}  // namespace tollway::observe
