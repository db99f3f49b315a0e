#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <charconv>

namespace tollway::test {

RawClient::RawClient(std::uint16_t port, Options options)
    : wire_(Wire::connect(port, {options.ipv6, options.receive_buffer_bytes})) {
  EXPECT_TRUE(wire_.is_open()) << "no connection to port " << port;
  if (options.tls != nullptr) {
    EXPECT_TRUE(wire_.start_tls_as_client(options.tls, "localhost")) << wire_.tls_error();
  }
}

Answer RawClient::begin_answer(Millis timeout) {
  Answer answer;
  if (!reader_.read_head(answer, true, timeout)) return answer;
  const auto& line = answer.start_line;
  const auto space = std::min(line.find(' '), line.size() - 1);
  std::from_chars(line.data() + space + 1, line.data() + line.size(), answer.status);
  return answer;
}

Answer RawClient::read_answer(Millis timeout, To method) {
  const auto deadline = Clock::now() + timeout;
  std::vector<int> interim;
  Answer answer = begin_answer(timeout);
  while (answer.status / 100 == 1 && answer.status != 101) {
    interim.push_back(answer.status);
    answer = begin_answer(time_left(deadline));
  }
  answer.interim = std::move(interim);
  if (answer.status == 0) return answer;
  if (method == To::head) reader_.expect_no_body();
  reader_.read_body(answer, time_left(deadline));
  return answer;
}

bool RawClient::read_until(Answer& answer, std::string_view needle, Millis timeout) {
  const auto deadline = Clock::now() + timeout;
  while (answer.body.find(needle) == std::string::npos) {
    if (!reader_.read_some(answer, time_left(deadline))) {
      return answer.body.find(needle) != std::string::npos;
    }
  }
  return true;
}

void RawClient::finish(Answer& answer, Millis timeout) {
  reader_.read_body(answer, timeout);
}

bool RawClient::wait_for_close(Millis timeout) {
  std::string rest;
  const auto got = wire_.receive(rest, timeout);
  return reader_.unread().empty() && (got == Got::end || got == Got::reset);
}

bool RawClient::stays_silent(Millis time) {
  std::string rest;
  return reader_.unread().empty() && wire_.receive(rest, time) == Got::timeout;
}

}  // namespace tollway::test
