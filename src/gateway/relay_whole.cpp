#include <algorithm>

#include "dialects/chat_problem.hpp"
#include "dialects/json_reader.hpp"
#include "dispatch/retry_after.hpp"
#include "gateway/race.hpp"
#include "gateway/relay.hpp"
#include "gateway/route.hpp"

namespace tollway::gateway {
namespace {

// JSON may begin with white space, so it keeps a connection alive as comments do in a stream.
constexpr std::string_view padding = "\n";
// Where an answer is too large to be held, its usage is looked for near its end.
constexpr std::size_t tail_bytes = 4096;

// Of an answer that came as 200, holds an error and states no status.
constexpr int unstated_status = 502;

// An answer that is held until it is complete, so that garbage becomes a clean error instead.
class WholeRelay {
 public:
  static net::Task<Result<Relayed>> run(Request& request, Attempt& attempt, net::ClientCall& call,
                                        std::string header_lines);

 private:
  WholeRelay(Request& request, Attempt& attempt, net::Answer answer)
      : request_(request), attempt_(attempt), answer_(answer) {}

  // Holds the bytes. True when there is something to send before more is read.
  [[nodiscard]] bool hold(const net::ClientCall::Piece& piece);
  [[nodiscard]] net::Task<Result<>> send_due();
  [[nodiscard]] net::Task<Result<>> send(std::string_view bytes);
  // Before the first byte of the answer, where it is not the only one.
  [[nodiscard]] bool must_win() const noexcept {
    return request_.facts.stream || must_take_client(request_, attempt_);
  }
  [[nodiscard]] net::Task<Result<>> win();
  [[nodiscard]] Result<> check();
  // The usage as a document of its own.
  struct Usage {
    std::string document;
    std::size_t at = 0;  // where "usage" begins in the tail, which the document has behind a brace
  };
  [[nodiscard]] std::optional<Usage> read_tail();
  void state_cost(std::string_view json, std::size_t at);
  void refuse(const http::Head& head);
  [[nodiscard]] net::Task<Result<>> end();
  // When to see to the client although nothing has come. Only what pads is woken: the moment is not
  // put off otherwise, and would be over for good.
  [[nodiscard]] std::optional<net::TimePoint> wake_at() const {
    return passing_ || answer_.status != 200 ? std::nullopt : next_padding_;
  }
  void keep_alive_later(net::TimePoint now) {
    if (attempt_.race != nullptr) return;  // whose answer it will be is open
    next_padding_ = now + request_.services.options.silence_before_comment;
  }

  Request& request_;
  Attempt& attempt_;
  net::Answer answer_;
  std::optional<net::TimePoint> next_padding_;
  std::string held_;      // the answer so far, or the end so far of one that is passing
  bool passing_ = false;  // too large to hold: bytes go out as they come
};

net::Task<Result<Relayed>> WholeRelay::run(Request& request, Attempt& attempt,
                                           net::ClientCall& call, std::string header_lines) {
  WholeRelay relay(request, attempt, relayed_answer(call.head(), header_lines));
  if (attempt.first_byte_at) relay.keep_alive_later(*attempt.first_byte_at);
  // From here on it is the relay that keeps the client waiting.
  if (relay.answer_.status == 200) request.silence.stop();
  for (bool last = false; !last;) {
    auto reading = call.read(relay.wake_at());
    const auto piece = co_await std::move(reading);
    if (!piece) {
      attempt.failure = piece.error().code;
      if (!relay.passing_) attempt.progress.text.take_broken(relay.held_);
      co_return std::unexpected(piece.error());
    }
    attempt.recording.bytes(piece->bytes);
    last = piece->last;
    if (!relay.hold(*piece)) continue;
    auto sending = relay.send_due();
    if (auto sent = co_await std::move(sending); !sent) co_return std::unexpected(sent.error());
  }
  attempt.recording.end();
  if (relay.passing_) {
    if (const auto usage = relay.read_tail()) relay.state_cost(usage->document, usage->at - 1);
  } else {
    if (auto checked = relay.check(); !checked) co_return std::unexpected(checked.error());
    if (attempt.failure) {
      relay.refuse(call.head());
      co_return Relayed::refused;
    }
    relay.state_cost(relay.held_, 0);
  }
  auto ending = relay.end();
  if (auto ended = co_await std::move(ending); !ended) co_return std::unexpected(ended.error());
  co_return Relayed::answered;
}

bool WholeRelay::hold(const net::ClientCall::Piece& piece) {
  held_ += piece.bytes;
  if (passing_) return held_.size() > 2 * tail_bytes;
  if (held_.size() > limits::held_answer_bytes_max) return true;
  // A slow answer with an error status is not padded: its status is still to be told.
  return !piece.last && answer_.status == 200 && next_padding_ &&
         net::Clock::now() >= *next_padding_;
}

net::Task<Result<>> WholeRelay::send_due() {
  if (!passing_ && held_.size() <= limits::held_answer_bytes_max) {
    keep_alive_later(net::Clock::now());
    auto sending = send(padding);
    co_return co_await std::move(sending);
  }
  if (!passing_ && must_win()) {
    auto winning = win();
    if (auto won = co_await std::move(winning); !won) co_return won;
  }
  passing_ = true;
  attempt_.committed = true;
  // The end waits, for it may be where the cost is to be stated.
  const std::size_t due = held_.size() - tail_bytes;
  auto sending = send(std::string_view(held_).substr(0, due));
  auto sent = co_await std::move(sending);
  held_.erase(0, due);
  co_return sent;
}

net::Task<Result<>> WholeRelay::win() {
  auto taking = take_client(request_, attempt_);
  if (auto taken = co_await std::move(taking); !taken) co_return taken;
  if (!request_.exchange.begun() || !request_.streamed) co_return Result<>{};
  co_return upstream_error(Errc::upstream_invalid,
                           "the provider answered with another kind of content than was asked for");
}

net::Task<Result<>> WholeRelay::send(std::string_view bytes) {
  if (!request_.exchange.begun()) {
    request_.status = answer_.status;
    request_.exchange.begin(answer_);
  }
  request_.bytes_out += bytes.size();
  return request_.exchange.write(bytes);
}

// Refuses what is no answer, and reads what the record needs from what is one.
Result<> WholeRelay::check() {
  if (answer_.status != 200) {
    attempt_.failure = Errc::upstream_error;
    return {};
  }
  const auto object = dialects::parse_object(held_);
  if (!object) {
    return upstream_error(Errc::upstream_invalid,
                          "the provider answered 200 with something that is not a JSON object");
  }
  // OpenRouter's documented habit, once it has begun to keep its client waiting.
  if (dialects::says_it_failed(*object)) {
    answer_.status = dialects::stated_status(*object).value_or(unstated_status);
    attempt_.failure = Errc::upstream_error;
  }
  request_.route->dialect().read_answer(*object, attempt_.progress);
  if (attempt_.tool_calls) attempt_.tool_calls->read_answer(*object);
  if (!attempt_.progress.usage_complete) attempt_.whole_answer = dialects::answer_text(*object);
  return {};
}

// What follows "usage" in the tail is an object; what surrounds it was cut off.
std::optional<WholeRelay::Usage> WholeRelay::read_tail() {
  const auto at = held_.rfind(R"("usage")");
  if (at == std::string::npos) return std::nullopt;
  const auto end = held_.find('}', at);
  if (end == std::string::npos) return std::nullopt;
  for (auto last = held_.rfind('}'); last >= end; last = held_.rfind('}', last - 1)) {
    std::string candidate = "{" + held_.substr(at, last - at + 1) + "}";
    if (const auto object = dialects::parse_object(candidate)) {
      request_.route->dialect().read_answer(*object, attempt_.progress);
      return Usage{.document = std::move(candidate), .at = at};
    }
  }
  return std::nullopt;
}

// `json` has the usage; its first byte would stand at `at` of what is held.
void WholeRelay::state_cost(std::string_view json, std::size_t at) {
  if (!attempt_.progress.usage_here) return;
  const auto cost = request_.settlement.own_cost(attempt_);
  if (!cost) return;
  const auto form = request_.route->dialect().cost_form(false);
  if (const auto splice = dialects::splice_cost(json, form, *cost)) {
    held_.insert(at + splice->at, splice->text);
  }
}

void WholeRelay::refuse(const http::Head& head) {
  attempt_.refusal = Refusal{.status = answer_.status,
                             .content_type = std::string(answer_.content_type),
                             .header_lines = std::string(answer_.header_lines),
                             .body = std::move(held_),
                             .streamed = false,
                             .failure = routing::FailureClass::transient,
                             .retry_after = dispatch::retry_after_of(head)};
  attempt_.refusal->failure = routing::classify(head.status(), attempt_.refusal->body);
}

net::Task<Result<>> WholeRelay::end() {
  if (!passing_ && must_win()) {
    auto winning = win();
    if (auto won = co_await std::move(winning); !won) co_return won;
  }
  attempt_.committed = true;
  request_.bytes_out += held_.size();
  if (!request_.exchange.begun()) request_.status = answer_.status;
  if (request_.settlement.must_count(attempt_)) {
    auto counting = request_.settlement.count(attempt_);
    co_await std::move(counting);
  }
  request_.settlement.finish(attempt_);
  if (request_.exchange.begun()) {
    auto finishing = request_.exchange.finish(held_);
    co_return co_await std::move(finishing);
  }
  auto responding = request_.exchange.respond(answer_, held_);
  co_return co_await std::move(responding);
}

}  // namespace

net::Task<Result<Relayed>> relay_whole(Request& request, Attempt& attempt, net::ClientCall& call,
                                       std::string header_lines) {
  return WholeRelay::run(request, attempt, call, std::move(header_lines));
}

}  // namespace tollway::gateway
