// One client's connection: requests in, one exchange after another.
#pragma once

#include <array>
#include <boost/intrusive/list.hpp>
#include <memory>
#include <optional>
#include <string>

#include "http/message_parser.hpp"
#include "net/abort.hpp"
#include "net/read_buffer.hpp"
#include "net/server.hpp"
#include "net/socket.hpp"

namespace tollway::net {

class Connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  Connection(Loop& loop, TcpSocket socket, Handler& handler, const ServerOptions& options,
             const bool& draining);

  // Runs the connection to its end. Owned by the task.
  static Task<> serve(std::unique_ptr<Connection> connection, std::shared_ptr<ssl::context> tls);

  // The server drains: an idle connection ends now, a busy one after its answer.
  void begin_drain();
  // The drain's time is over: the exchange under way is aborted.
  void end_drain();

 private:
  friend class ServerExchange;

  [[nodiscard]] Task<> run();
  [[nodiscard]] Task<bool> read_head();
  [[nodiscard]] Task<> refuse(Error error);
  [[nodiscard]] Task<> linger();
  void start_exchange();
  void end_exchange();
  // Parses what has arrived of the body. True when the body is complete.
  [[nodiscard]] Result<bool> take_body(std::size_t bytes_max);
  [[nodiscard]] Task<Result<>> read_more_body();
  [[nodiscard]] bool wants_continue() const noexcept;
  void write_head(const Answer& answer, std::optional<std::size_t> content_length);
  enum class Then : std::uint8_t { more, finished };
  [[nodiscard]] Task<Result<>> send(WriteBuffers bytes, Then then);
  [[nodiscard]] Task<Result<>> write_chunk(std::string_view bytes, Then then);
  static void on_watch_due(void* self);
  static void on_peer_gone(void* self);

  Socket socket_;
  Handler& handler_;
  ServerOptions options_;
  const bool& draining_;
  ReadBuffer in_;
  http::MessageParser parser_{http::MessageParser::Kind::request};
  std::string out_head_;
  std::array<char, 20> size_line_;  // of the chunk on its way out

  // The exchange under way.
  std::optional<Abort> abort_;
  Deadline watch_due_;             // when the client's leaving begins to matter
  std::size_t body_size_ = 0;      // content bytes at the front of in_
  std::size_t body_raw_size_ = 0;  // bytes of in_ that the body took, framing included
  bool busy_ = false;              // a handler runs
  bool continue_sent_ = false;
  bool begun_ = false;         // an answer was begun
  bool head_pending_ = false;  // out_head_ has not been sent
  bool chunked_ = false;
  bool head_only_ = false;
  bool finished_ = false;
  bool close_after_ = false;
};

}  // namespace tollway::net
