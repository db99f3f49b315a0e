// The demonstration provider on a server's loop.
#pragma once

#include "demo/question.hpp"
#include "net/server.hpp"
#include "tollway/secret.hpp"

namespace tollway::demo {

// Answers requests that carry the secret as a bearer token, and no others: what listens on loopback
// can be reached by every user of the machine. Belongs to the loop's thread.
class DemonstrationHandler final : public net::Handler {
 public:
  struct Options {
    std::chrono::milliseconds token_gap{20};  // between two tokens of a stream
  };
  // `loop` outlives the handler. An empty secret refuses everybody.
  DemonstrationHandler(net::Loop& loop, Secret secret, Options options)
      : loop_(loop), secret_(std::move(secret)), options_(options) {}

  [[nodiscard]] net::Task<> handle(net::ServerExchange& exchange) override;
  [[nodiscard]] std::string error_body(const Error& error, int status) override;

 private:
  [[nodiscard]] bool is_authentic(const http::Head& head) const;
  [[nodiscard]] Answer answer_to(const http::Head& head, std::string_view body) const;
  [[nodiscard]] net::Task<> send(net::ServerExchange& exchange, const Answer& answer);

  net::Loop& loop_;
  Secret secret_;
  Options options_;
};

}  // namespace tollway::demo
