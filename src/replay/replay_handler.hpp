// An upstream that answers from recordings.
#pragma once

#include "net/server.hpp"
#include "recording/index.hpp"
#include "replay/pacing.hpp"

namespace tollway::replay {

// Finds the recording of a request and answers as the recorded upstream did: its status, its
// headers without those of the connection and of content coding, and its content. A whole body goes
// out whole, a stream in one write per recorded read, each after its delay. A recording that was
// cut ends by a broken connection. HEAD is answered as the recorded GET. Where nothing matches: 404
// in OpenRouter's envelope, whose message names the nearest recording and the first difference.
// Belongs to the loop's thread.
class ReplayHandler final : public net::Handler {
 public:
  // `index` and `loop` outlive the handler.
  ReplayHandler(net::Loop& loop, recording::Index& index, Pace pace)
      : loop_(loop), index_(index), pace_(pace) {}

  [[nodiscard]] net::Task<> handle(net::ServerExchange& exchange) override;
  [[nodiscard]] std::string error_body(const Error& error, int status) override;

 private:
  [[nodiscard]] net::Task<> answer(net::ServerExchange& exchange,
                                   const recording::Exchange& recorded);
  [[nodiscard]] net::Task<Result<>> send_pieces(net::ServerExchange& exchange,
                                                const std::vector<Piece>& pieces);
  [[nodiscard]] net::Task<> refuse(net::ServerExchange& exchange, int status,
                                   std::string_view message);

  net::Loop& loop_;
  recording::Index& index_;
  Pace pace_;
};

}  // namespace tollway::replay
