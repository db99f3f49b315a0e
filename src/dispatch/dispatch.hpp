// One request through its attempts.
#pragma once

#include <optional>
#include <string_view>

#include "net/client.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway::dispatch {

// What one request asks of an upstream.
struct Outgoing {
  std::string_view method;
  std::string_view path;
  std::string_view query;
  const http::Head& client_head;
  std::string_view body;
};

// What became of it, for the access record.
struct Attempts {
  int count = 0;
  net::ClientCall::Times times;  // of the last
};

// Sends requests to a provider. One instance a loop; belongs to its thread.
class Dispatch {
 public:
  static constexpr int attempts_max = 2;

  Dispatch(net::ClientPool& pool, const providers::OpenAICompatibleProvider& provider,
           net::ClientTimeouts timeouts)
      : pool_(pool), provider_(provider), timeouts_(timeouts) {}

  // Fills `call` with an exchange whose answer's head has been read. A connection that breaks
  // before that is replaced, attempts_max in all; every other error, and the abort's, is final.
  [[nodiscard]] net::Task<Result<>> start(const Outgoing& outgoing, net::Abort& abort,
                                          std::optional<net::ClientCall>& call, Attempts& attempts);

  [[nodiscard]] const providers::OpenAICompatibleProvider& provider() const noexcept {
    return provider_;
  }

 private:
  net::ClientPool& pool_;
  const providers::OpenAICompatibleProvider& provider_;
  net::ClientTimeouts timeouts_;
};

}  // namespace tollway::dispatch
