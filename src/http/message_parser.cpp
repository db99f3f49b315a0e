#include "http/message_parser.hpp"

#include <fmt/format.h>

#include <cassert>
#include <cstring>

namespace tollway::http {

namespace {

// The size line of a chunk and the line ends around it fit well into this many bytes.
constexpr std::size_t framing_run_free = 32;
// Room for the headers of an ordinary request, taken once.
constexpr std::size_t header_count_usual = 16;

}  // namespace

// llhttp hands out spans in pieces when a read ends inside one. The bytes of a head go into
// Head::bytes_ in one copy after each call, so a span is an offset there and its pieces adjoin.
struct MessageParser::Callbacks {
  MessageParser& self;
  const char* data;      // what llhttp was given
  std::size_t base = 0;  // where that will lie in the head
  char* out = nullptr;   // where the next content goes
  const char* framing_from = nullptr;
  Problem problem;

  static Callbacks& of(llhttp_t* parser) { return *static_cast<Callbacks*>(parser->data); }
  static constexpr int refused = -1;

  [[nodiscard]] std::uint32_t offset(const char* at) const {
    return static_cast<std::uint32_t>(base + static_cast<std::size_t>(at - data));
  }
  [[nodiscard]] std::uint32_t size_until(Head::Span span, const char* end) const {
    return offset(end) - span.offset;
  }
  void extend(Head::Span& span, const char* at, std::size_t size) const {
    if (span.size == 0) span.offset = offset(at);
    span.size = size_until(span, at + size);
  }

  static int on_method(llhttp_t* parser, const char* at, std::size_t size) {
    const Callbacks& call = of(parser);
    call.extend(call.self.head_.method_, at, size);
    return 0;
  }
  static int on_url(llhttp_t* parser, const char* at, std::size_t size) {
    const Callbacks& call = of(parser);
    call.extend(call.self.head_.target_, at, size);
    return 0;
  }
  static int on_header_field(llhttp_t* parser, const char* at, std::size_t size);
  static int on_header_field_complete(llhttp_t* parser);
  static int on_header_value(llhttp_t* parser, const char* at, std::size_t size);
  static int on_headers_complete(llhttp_t* parser) {
    // An upgrade is ignored: the message goes on as its headers say.
    parser->upgrade = 0;
    return HPE_PAUSED;
  }

  static int on_body(llhttp_t* parser, const char* at, std::size_t size);
  static int on_message_complete(llhttp_t* parser) {
    of(parser).self.message_complete_ = true;
    return HPE_PAUSED;
  }

  static constexpr llhttp_settings_t make_head_settings() {
    llhttp_settings_t settings{};
    settings.on_method = on_method;
    settings.on_url = on_url;
    settings.on_header_field = on_header_field;
    settings.on_header_field_complete = on_header_field_complete;
    settings.on_header_value = on_header_value;
    settings.on_headers_complete = on_headers_complete;
    return settings;
  }
  static constexpr llhttp_settings_t make_body_settings() {
    llhttp_settings_t settings{};
    settings.on_body = on_body;
    settings.on_message_complete = on_message_complete;
    return settings;
  }
  static const llhttp_settings_t head_settings;
  static const llhttp_settings_t body_settings;
};

constinit const llhttp_settings_t MessageParser::Callbacks::head_settings = make_head_settings();
constinit const llhttp_settings_t MessageParser::Callbacks::body_settings = make_body_settings();

int MessageParser::Callbacks::on_header_field(llhttp_t* parser, const char* at, std::size_t size) {
  Callbacks& call = of(parser);
  auto& fields = call.self.head_.fields_;
  const std::uint32_t offset = call.offset(at);
  // A colon lies between two names, so one that adjoins the last is its continuation.
  if (!fields.empty() && fields.back().name.offset + fields.back().name.size == offset) {
    fields.back().name.size += static_cast<std::uint32_t>(size);
    return 0;
  }
  fields.push_back({{offset, static_cast<std::uint32_t>(size)}, {}});
  return 0;
}

// Counted when a name is complete: where a read ends must not decide which error is seen first.
int MessageParser::Callbacks::on_header_field_complete(llhttp_t* parser) {
  Callbacks& call = of(parser);
  const auto& fields = call.self.head_.fields_;
  if (fields.size() <= call.self.limits_.header_count_max) return 0;
  call.problem = {fields.back().name.offset, "too many headers"};
  return refused;
}

int MessageParser::Callbacks::on_header_value(llhttp_t* parser, const char* at, std::size_t size) {
  Callbacks& call = of(parser);
  auto& fields = call.self.head_.fields_;
  Head::Span value = fields.empty() ? Head::Span() : fields.back().value;
  if (fields.empty() || (value.size != 0 && value.offset + value.size != call.offset(at))) {
    call.problem = {call.offset(at), "a folded header line"};
    return refused;
  }
  call.extend(value, at, size);
  fields.back().value = value;
  return 0;
}

int MessageParser::Callbacks::on_body(llhttp_t* parser, const char* at, std::size_t size) {
  Callbacks& call = of(parser);
  if (call.self.head_.chunked_ &&
      !call.self.pass_framing(
          {call.framing_from, static_cast<std::size_t>(at - call.framing_from)}))
    return refused;
  if (size > 0) {
    if (call.self.framing_run_ > framing_run_free)
      call.self.framing_surplus_ += call.self.framing_run_ - framing_run_free;
    call.self.framing_run_ = 0;
    call.self.framing_last_ = 0;
    if (call.out != at) std::memmove(call.out, at, size);
    call.out += size;
  }
  call.framing_from = at + size;
  return 0;
}

MessageParser::MessageParser(Kind kind, Limits limits) : kind_(kind), limits_(limits) {
  reset();
}

void MessageParser::reset() {
  llhttp_init(&parser_, kind_ == Kind::request ? HTTP_REQUEST : HTTP_RESPONSE,
              &Callbacks::head_settings);
  // An unusually large head does not bind memory for the connection's life.
  if (head_.bytes_.capacity() > limits::read_buffer_bytes) head_ = Head();
  head_.clear();
  head_bytes_ = body_bytes_ = framing_run_ = framing_surplus_ = 0;
  framing_last_ = '\n';
  host_seen_ = connection_close_ = connection_keep_alive_ = connection_persists_ = false;
  head_complete_ = message_complete_ = ends_at_close_ = false;
}

Result<std::size_t> MessageParser::parse_head(std::string_view bytes) {
  if (head_complete_ || bytes.empty()) return 0;
  const std::string_view taken = bytes.substr(0, limits_.head_bytes_max - head_bytes_);
  if (head_.fields_.capacity() == 0) head_.fields_.reserve(header_count_usual);

  Callbacks call{.self = *this, .data = taken.data(), .base = head_bytes_, .problem = {}};
  parser_.data = &call;
  const llhttp_errno_t code = llhttp_execute(&parser_, taken.data(), taken.size());
  const char* end = code == HPE_OK ? taken.data() + taken.size() : llhttp_get_error_pos(&parser_);
  if (code != HPE_OK && code != HPE_PAUSED) {
    // Where it was not a callback that refused, llhttp did.
    const bool ours = !call.problem.what.empty();
    if (!ours) call.problem = {call.offset(end), llhttp_get_error_reason(&parser_)};
    const bool too_many = ours && head_.fields_.size() > limits_.header_count_max;
    return error(too_many ? Errc::head_too_large : Errc::bad_request, call.problem.what,
                 call.problem.at);
  }

  const auto used = static_cast<std::size_t>(end - taken.data());
  head_.bytes_.append(taken.data(), used);
  head_bytes_ += used;
  if (code == HPE_OK) {
    if (head_bytes_ < limits_.head_bytes_max) return used;
    return error(Errc::head_too_large, "a head too large", head_bytes_);
  }
  if (const Check checked = check_head(); !checked)
    return error(Errc::bad_request, checked.error().what, checked.error().at);
  decide_body();
  head_complete_ = true;
  return used;
}

void MessageParser::decide_body() {
  parser_.settings = const_cast<llhttp_settings_t*>(&Callbacks::body_settings);
  const bool has_length = head_.content_length_.value_or(0) > 0;
  const bool bodiless_status =
      head_.status_ / 100 == 1 || head_.status_ == 204 || head_.status_ == 304;
  if (kind_ == Kind::request) {
    message_complete_ = !head_.chunked_ && !has_length;
  } else if (bodiless_status) {
    message_complete_ = true;
  } else {
    message_complete_ = head_.content_length_ == 0;
    ends_at_close_ = !head_.chunked_ && !head_.content_length_;
  }
  // In HTTP/1.0 silence means close.
  connection_persists_ = !connection_close_ && (connection_keep_alive_ || !head_.http_1_0_);
  head_.keep_alive_ = connection_persists_ && !ends_at_close_;
}

void MessageParser::expect_no_body() {
  message_complete_ = true;
  ends_at_close_ = false;
  head_.keep_alive_ = connection_persists_;
}

bool MessageParser::pass_framing(std::string_view bytes) {
  framing_run_ += bytes.size();
  const std::size_t surplus = framing_run_ > framing_run_free ? framing_run_ - framing_run_free : 0;
  if (framing_surplus_ + surplus > limits_.head_bytes_max) return false;
  for (const char byte : bytes) {
    if ((framing_last_ == '\r') != (byte == '\n')) return false;
    if (framing_last_ == '\n' && (byte == ' ' || byte == '\t' || byte == ':')) return false;
    framing_last_ = byte;
  }
  return true;
}

Result<MessageParser::BodyStep> MessageParser::parse_body(std::span<char> bytes) {
  assert(head_complete_);
  if (message_complete_ || bytes.empty())
    return BodyStep{.consumed = 0, .payload = 0, .complete = message_complete_};

  Callbacks call{.self = *this,
                 .data = bytes.data(),
                 .out = bytes.data(),
                 .framing_from = bytes.data(),
                 .problem = {}};
  parser_.data = &call;
  llhttp_resume(&parser_);
  const llhttp_errno_t code = llhttp_execute(&parser_, bytes.data(), bytes.size());
  const char* end = code == HPE_OK ? bytes.data() + bytes.size() : llhttp_get_error_pos(&parser_);
  const auto used = static_cast<std::size_t>(end - bytes.data());
  if (code != HPE_OK && code != HPE_PAUSED && code != HPE_USER)
    return error(Errc::bad_request, llhttp_get_error_reason(&parser_),
                 head_bytes_ + body_bytes_ + used);

  const auto framing_size = static_cast<std::size_t>(end - call.framing_from);
  if (code == HPE_USER || (head_.chunked_ && !pass_framing({call.framing_from, framing_size})))
    return error(Errc::bad_request, "a malformed or oversized chunk size, extension or trailer",
                 head_bytes_ + body_bytes_ + used);
  body_bytes_ += used;
  return BodyStep{.consumed = used,
                  .payload = static_cast<std::size_t>(call.out - bytes.data()),
                  .complete = message_complete_};
}

Result<> MessageParser::finish() {
  if (message_complete_) return {};
  if (head_complete_ && ends_at_close_) {
    message_complete_ = true;
    return {};
  }
  const std::size_t received = head_bytes_ + body_bytes_;
  if (kind_ == Kind::request)
    return client_error(Errc::cancelled,
                        fmt::format("the connection was closed {} bytes into a request", received));
  return upstream_error(
      Errc::connection_lost,
      fmt::format("the upstream closed the connection {} bytes into its answer", received));
}

std::unexpected<Error> MessageParser::error(Errc code, std::string_view what,
                                            std::size_t at) const {
  if (kind_ == Kind::request)
    return client_error(code, fmt::format("malformed HTTP request at byte {}: {}", at, what));
  return upstream_error(
      Errc::upstream_invalid,
      fmt::format("the upstream's answer is malformed HTTP at byte {}: {}", at, what));
}

}  // namespace tollway::http
