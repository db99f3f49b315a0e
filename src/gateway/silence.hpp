// Comments for a stream's client that waits for its answer to begin.
#pragma once

#include <optional>
#include <string_view>

#include "net/event.hpp"

namespace tollway::gateway {

struct Request;

// While nothing of an answer has gone out, writes a comment once an interval (the
// setting stream.silence), whatever the request waits for: a limit, a pause, a connection, the head
// of an answer or its first content. The first one brings the head of the client's answer, status
// 200: from then on a failure is an error event. Part of the request; costs a store while it is not
// due.
class Silence {
 public:
  static constexpr std::string_view comment = ": TOLLWAY PROCESSING\n\n";

  explicit Silence(Request& request);
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

  // The first comment is due an interval after this. Nothing where comments go out already.
  void begin();
  // No further comment begins. One may be on its way: nobody else writes, and the request does not
  // end, until end() has returned.
  void stop() noexcept;
  [[nodiscard]] bool writing() const noexcept { return writing_; }
  [[nodiscard]] net::Task<> end();

 private:
  static void on_due(void* self);
  [[nodiscard]] net::Task<> write();
  void begin_answer();
  void wait_on();

  Request& request_;
  net::Deadline due_;
  std::optional<net::Event> written_;  // where somebody waits for that
  bool going_ = false;
  bool writing_ = false;
};

}  // namespace tollway::gateway
