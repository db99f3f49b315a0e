// One request through its attempts.
#pragma once

#include <optional>
#include <string_view>

#include "net/client.hpp"
#include "providers/base/openai_compatible.hpp"

namespace tollway::dispatch {

// Told of every attempt, so that each can be accounted for.
class AttemptObserver {
 public:
  virtual ~AttemptObserver() = default;
  // Before anything of the attempt goes out. An error forbids it and becomes the request's.
  [[nodiscard]] virtual Result<> begun(int attempt) = 0;
  // The attempt brought nothing, and another one follows.
  virtual void failed(const Error& error) = 0;
};

// What one request asks of an upstream.
struct Outgoing {
  const providers::OpenAICompatibleProvider& provider;
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::string_view model;
  const http::Head& client_head;
  std::string_view body;
  AttemptObserver* observer = nullptr;
};

// What became of it, for the access record.
struct Attempts {
  int count = 0;
  net::ClientCall::Times times;  // of the last
};

// Sends requests to their providers. One instance a loop; belongs to its thread.
class Dispatch {
 public:
  static constexpr int attempts_max = 2;

  Dispatch(net::ClientPool& pool, net::ClientTimeouts timeouts)
      : pool_(pool), timeouts_(timeouts) {}

  // Fills `call` with an exchange whose answer's head has been read. A connection that breaks
  // before that is replaced, attempts_max in all; every other error, and the abort's, is final.
  [[nodiscard]] net::Task<Result<>> start(const Outgoing& outgoing, net::Abort& abort,
                                          std::optional<net::ClientCall>& call, Attempts& attempts);

 private:
  net::ClientPool& pool_;
  net::ClientTimeouts timeouts_;
};

}  // namespace tollway::dispatch
