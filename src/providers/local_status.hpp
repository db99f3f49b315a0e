// How busy a local model server is. Sans-IO: what to ask, and how to read the answers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "providers/base_url.hpp"
#include "providers/description.hpp"

namespace tollway::providers {

struct LocalStatus {
  bool reachable = false;           // an answer came, whatever it said
  std::optional<bool> loading;      // a model is being loaded into memory now
  std::optional<int> queued;        // requests that wait for their turn
  std::vector<std::string> loaded;  // models in memory
};

// The request targets to be asked with GET, the first of which decides whether the server is
// reachable: one a server of kind `none` (its list of models), /api/ps of Ollama, /health and
// /slots of llama.cpp, /health and /metrics of vLLM. They lie beside the base URL's version
// ("/api/ps" for http://host/v1, "/sub/api/ps" for http://host/sub/v1).
[[nodiscard]] std::vector<std::string> status_targets(const Description& description,
                                                      const BaseUrl& base_url);

struct StatusAnswer {
  int status = 0;  // HTTP; 0 where none came
  std::string_view body;
};

// `answers` belong to status_targets(), in its order; missing ones did not come. What cannot be
// read is not stated.
[[nodiscard]] LocalStatus read_status(StatusKind kind, std::span<const StatusAnswer> answers);

}  // namespace tollway::providers
