#include "net/answer_reader.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "base/limits.hpp"

namespace tollway::net {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    if (http::equals_ignoring_case(text, name)) return true;
  }
  return false;
}

}  // namespace

void AnswerReader::begin(bool no_body) {
  parser_.reset();
  buffer_.consume(buffer_.unread().size());
  inflater_.reset();
  if (decoded_.capacity() > limits::read_buffer_bytes) decoded_ = {};
  used_ = 0;
  informational_ = 0;
  no_body_ = no_body;
  begun_ = false;
  coded_bytes_came_ = false;
}

void AnswerReader::drop_used() {
  if (used_ > 0) buffer_.consume(std::exchange(used_, 0));
}

std::span<char> AnswerReader::prepare() {
  drop_used();
  return buffer_.prepare(limits::read_buffer_bytes - ReadBuffer::slack_bytes);
}

void AnswerReader::received(std::size_t size) {
  buffer_.commit(size);
  begun_ = true;
}

Result<bool> AnswerReader::read_head() {
  while (!buffer_.unread().empty()) {
    const auto used = parser_.parse_head(buffer_.unread());
    if (!used) return std::unexpected(used.error());
    buffer_.consume(*used);
    if (!parser_.head_complete()) continue;

    const int status = parser_.head().status();
    const bool informational = status < 200;
    if (no_body_ || informational || status == 204 || status == 304) parser_.expect_no_body();
    if (!informational) {
      if (const auto known = check_coding(); !known) return std::unexpected(known.error());
      return true;
    }
    if (status == 101 || ++informational_ > limits::informational_answers_max) {
      return upstream_error(
          Errc::upstream_invalid,
          status == 101 ? "the upstream switches protocols, which nobody asked for"
                        : fmt::format("the upstream sent more than {} informational answers",
                                      limits::informational_answers_max));
    }
    parser_.reset();
  }
  return false;
}

// Nobody asked for a coding, yet some upstreams compress all the same (tests.md U22).
Result<> AnswerReader::check_coding() {
  const auto coding = parser_.head().find("Content-Encoding");
  if (!coding || is_one_of(*coding, {"", "identity"}) || parser_.message_complete()) return {};
  if (!is_one_of(*coding, {"gzip", "x-gzip", "deflate"})) {
    return upstream_error(
        Errc::upstream_invalid,
        fmt::format("the upstream's answer is coded as {}; gzip, deflate or none was expected",
                    *coding));
  }
  inflater_.emplace();
  return {};
}

Result<AnswerReader::Content> AnswerReader::next() {
  drop_used();
  if (!parser_.message_complete() && !buffer_.unread().empty()) {
    const auto step = parser_.parse_body(buffer_.unread_bytes());
    if (!step) return std::unexpected(step.error());
    used_ = step->consumed;
    const auto bytes = decode(buffer_.unread().substr(0, step->payload));
    if (!bytes) return std::unexpected(bytes.error());
    if (!bytes->empty())
      return Content{.bytes = *bytes, .end = parser_.message_complete() && check_decoded_whole()};
  }
  if (!parser_.message_complete()) return Content{};
  if (const auto whole = check_decoded_whole(); !whole) return std::unexpected(whole.error());
  return Content{.bytes = {}, .end = true};
}

Result<std::string_view> AnswerReader::decode(std::string_view bytes) {
  if (!inflater_ || bytes.empty()) return bytes;
  coded_bytes_came_ = true;
  decoded_.clear();
  const auto decoded = inflater_->feed(bytes, decoded_);
  if (!decoded) return std::unexpected(decoded.error());
  return decoded_;
}

Result<> AnswerReader::check_decoded_whole() const {
  if (!inflater_ || !coded_bytes_came_ || inflater_->complete()) return {};
  return upstream_error(Errc::upstream_invalid,
                        "the upstream's compressed answer ends before its content does");
}

Result<> AnswerReader::closed() {
  if (begun_) return parser_.finish();
  return upstream_error(Errc::connection_lost,
                        "the upstream closed the connection before it answered");
}

bool AnswerReader::leaves_connection_usable() const noexcept {
  return parser_.message_complete() && parser_.head().keep_alive() && !parser_.ends_at_close() &&
         !has_unread();
}

}  // namespace tollway::net
