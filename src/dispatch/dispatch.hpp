// One attempt of a request: sent to one provider.
#pragma once

#include <optional>
#include <string_view>

#include "net/client.hpp"
#include "providers/base/openai_compatible.hpp"
#include "routing/failure.hpp"

namespace tollway::dispatch {

// What one attempt asks of an upstream.
struct Outgoing {
  const providers::OpenAICompatibleProvider& provider;
  std::string_view method;
  std::string_view path;
  std::string_view query;
  std::string_view model;
  const http::Head& client_head;
  std::string_view body;
  net::TimePoint begun;                                 // now
  net::TimePoint ends_by;                               // the request's deadline
  net::Duration first_byte_max = net::Duration::max();  // to the answer's head
};

// Sends attempts to their providers. One instance a loop; belongs to its thread.
class Dispatch {
 public:
  Dispatch(net::ClientPool& pool, net::ClientTimeouts timeouts)
      : pool_(pool), timeouts_(timeouts) {}

  // Fills `call` with an exchange whose answer's head has been read; after an error it is empty,
  // and `times` tell how far it came.
  [[nodiscard]] net::Task<Result<>> start(const Outgoing& outgoing, net::Abort& abort,
                                          std::optional<net::ClientCall>& call,
                                          net::ClientCall::Times& times);
  // How long all attempts of a request may take together.
  [[nodiscard]] net::Duration patience() const noexcept { return timeouts_.total; }

 private:
  net::ClientPool& pool_;
  net::ClientTimeouts timeouts_;
};

// What an attempt without an answer means for what is tried next.
[[nodiscard]] routing::FailureClass class_of(const Error& error) noexcept;

}  // namespace tollway::dispatch
