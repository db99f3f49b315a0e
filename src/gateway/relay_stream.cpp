#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <tuple>
#include <vector>

#include "dispatch/retry_after.hpp"
#include "gateway/race.hpp"
#include "gateway/relay.hpp"
#include "gateway/route.hpp"
#include "gateway/throughput_guard.hpp"
#include "http/sse_decoder.hpp"

namespace tollway::gateway {
namespace {

// How long a finished stream waits for the end of the upstream's message, so that its connection
// can be used again.
constexpr auto tail_timeout = std::chrono::milliseconds(200);

// One stream on its way through. Whole events go out as they come, all that one read brought in one
// write; an event that is not complete yet is held, so that a cut never leaves half of one behind
// (docs/decisions/0005). Those before the first content are held, too: until then another
// provider's stream can take its place unseen.
class StreamRelay {
 public:
  static net::Task<Result<Relayed>> run(Request& request, Attempt& attempt, net::ClientCall& call,
                                        std::string header_lines);

 private:
  StreamRelay(Request& request, Attempt& attempt, net::ClientCall& call, net::Answer answer)
      : request_(request),
        attempt_(attempt),
        call_(call),
        answer_(answer),
        dialect_(request.route->dialect()),
        guard_(request.services.options.demand) {}

  // What goes out now, and the beginning of an event that is held.
  struct Cut {
    std::string_view ready;
    std::string_view rest;
  };
  [[nodiscard]] Result<Cut> take(const net::ClientCall::Piece& piece);
  void hold(std::string_view rest);
  // Reads the events that are complete in `bytes`; returns how many bytes they take.
  std::size_t take_events(std::string_view bytes);
  void read_event(std::string_view block);
  // Where the event states usage, notes what is to be inserted so that it states the cost, too.
  void note_cost(const http::SseEvent& event, std::string_view block);
  // `bytes` with the costs that were noted in them, where there are some.
  [[nodiscard]] std::string_view with_costs(std::string_view bytes);
  void begin();
  // Sends what may go out: nothing before there is content.
  [[nodiscard]] net::Task<Result<>> pass(std::string_view bytes);
  [[nodiscard]] net::Task<Result<>> send(std::string_view bytes);
  [[nodiscard]] bool may_commit() const {
    const dialects::Progress& progress = attempt_.progress;
    if (progress.content || opening_.size() > limits::held_stream_bytes_max) return true;
    return (progress.finished || progress.complete) && !progress.error;
  }
  void commit();
  // The upstream said that it failed before it said anything else.
  [[nodiscard]] bool refused() const { return attempt_.progress.error && !attempt_.committed; }
  [[nodiscard]] Relayed refuse();
  [[nodiscard]] std::optional<net::TimePoint> wake_at() const;
  // By when the first content must be there, if there is such a demand.
  [[nodiscard]] std::optional<net::TimePoint> first_content_due() const;
  [[nodiscard]] Result<> check_speed();
  void spare_the_slow_client();
  // The stream has told its end or its failure: whoever goes away now misses nothing.
  [[nodiscard]] bool said_all() const {
    return attempt_.progress.complete || attempt_.progress.error;
  }
  [[nodiscard]] net::Task<Result<>> end();
  [[nodiscard]] net::Task<Result<>> fail(Error error);
  [[nodiscard]] net::Task<> read_tail();

  Request& request_;
  Attempt& attempt_;
  net::ClientCall& call_;
  const net::Answer answer_;
  const dialects::Dialect& dialect_;
  ThroughputGuard guard_;
  net::TimePoint last_sent_ = net::Clock::now();
  http::SseCutter cutter_;
  bool at_start_ = true;
  std::string opening_;      // the events before the first content
  std::string error_data_;   // of the first event that tells of an error
  net::TimePoint error_at_;  // when it came
  std::string held_;         // the beginning of an event
  std::string scratch_;      // of parse_sse_event
  struct Insertion {
    const char* before = nullptr;
    std::string text;
  };
  std::vector<Insertion> insertions_;  // into the bytes that are being taken
  std::string with_costs_;
};

net::Task<Result<Relayed>> StreamRelay::run(Request& request, Attempt& attempt,
                                            net::ClientCall& call, std::string header_lines) {
  StreamRelay relay(request, attempt, call, relayed_answer(call.head(), header_lines));
  request.silence.begin();
  Result<> going;
  while (going && !attempt.progress.closed) {
    auto reading = call.read(relay.wake_at());
    const auto piece = co_await std::move(reading);
    if (piece && piece->what == net::ClientCall::Read::end) break;
    const bool quiet = piece && piece->what == net::ClientCall::Read::quiet;
    if (quiet && relay.refused()) break;
    if (piece) attempt.recording.bytes(piece->bytes);
    const auto cut = piece ? relay.take(*piece) : std::unexpected(piece.error());
    if (!cut) {
      going = std::unexpected(cut.error());
    } else if (!cut->ready.empty()) {
      auto passing = relay.pass(cut->ready);
      going = co_await std::move(passing);
    }
    if (cut) relay.hold(cut->rest);
    if (going) going = relay.check_speed();
  }
  if (relay.refused() && (going || going.error().source != Source::client)) {
    co_return relay.refuse();
  }
  auto ending = going || relay.said_all() ? relay.end() : relay.fail(std::move(going.error()));
  const auto ended = co_await std::move(ending);
  if (!ended) co_return std::unexpected(ended.error());
  co_return Relayed::answered;
}

// An upstream that has told of its failure gets a moment for what belongs to it. Until the answer
// begins Request::silence keeps the client waiting.
std::optional<net::TimePoint> StreamRelay::wake_at() const {
  if (refused()) return error_at_ + tail_timeout;
  if (!attempt_.committed) return first_content_due();
  const auto comment_due = last_sent_ + request_.services.options.silence_before_comment;
  return std::min(comment_due, guard_.due().value_or(comment_due));
}

std::optional<net::TimePoint> StreamRelay::first_content_due() const {
  const auto longest = request_.services.options.demand.first_content;
  if (longest <= net::Duration::zero()) return std::nullopt;
  return attempt_.began + longest;
}

// Whatever goes on meanwhile: comments and empty events are no content.
Result<> StreamRelay::check_speed() {
  if (said_all() || attempt_.progress.finished) return {};
  if (!attempt_.committed) {
    const auto due = first_content_due();
    if (!due || net::Clock::now() < *due) return {};
    return upstream_error(Errc::upstream_timeout,
                          "the provider's stream brought no content in the time it is given");
  }
  if (!guard_.is_on() || !guard_.is_too_slow(net::Clock::now(), tokens_of(attempt_.progress))) {
    return {};
  }
  return upstream_error(Errc::upstream_timeout,
                        fmt::format("the provider's stream fell below {} tokens a second",
                                    request_.services.options.demand.tokens_a_second));
}

net::Task<Result<>> StreamRelay::pass(std::string_view bytes) {
  if (attempt_.committed) {
    if (attempt_.progress.complete && request_.settlement.must_count(attempt_)) {
      auto counting = request_.settlement.count(attempt_);
      co_await std::move(counting);
    }
    auto sending = send(bytes);
    auto sent = co_await std::move(sending);
    if (guard_.is_on()) spare_the_slow_client();
    co_return sent;
  }
  // Most streams begin with content, of which nothing is held.
  const bool commits_at_once = opening_.empty() && may_commit();
  if (!commits_at_once) {
    opening_ += bytes;
    if (!may_commit()) co_return Result<>{};
  }
  request_.silence.stop();
  if (must_take_client(request_, attempt_)) {
    auto taking = take_client(request_, attempt_);
    if (auto taken = co_await std::move(taking); !taken) co_return taken;
  }
  commit();
  const std::string opening = std::exchange(opening_, {});
  if (attempt_.progress.complete && request_.settlement.must_count(attempt_)) {
    auto counting = request_.settlement.count(attempt_);
    co_await std::move(counting);
  }
  auto sending = send(commits_at_once ? bytes : std::string_view(opening));
  co_return co_await std::move(sending);
}

// From here on nobody else can serve the request.
void StreamRelay::commit() {
  attempt_.committed = true;
  attempt_.course->answering(attempt_.which);
  if (guard_.is_on()) guard_.begin(net::Clock::now(), tokens_of(attempt_.progress));
  request_.release_bodies();
}

Relayed StreamRelay::refuse() {
  attempt_.recording.end();
  attempt_.refusal = Refusal{.status = answer_.status,
                             .content_type = std::string(answer_.content_type),
                             .header_lines = std::string(answer_.header_lines),
                             .body = std::exchange(opening_, {}) + std::exchange(held_, {}),
                             .streamed = true,
                             .failure = routing::classify(answer_.status, error_data_),
                             .retry_after = dispatch::retry_after_of(call_.head())};
  return Relayed::refused;
}

std::size_t StreamRelay::take_events(std::string_view bytes) {
  std::size_t taken = 0;
  while (!attempt_.progress.closed) {
    const auto size = cutter_.next(bytes.substr(taken));
    if (!size) break;
    const bool was_complete = attempt_.progress.complete;
    read_event(bytes.substr(taken, *size));
    // After the dialect's terminator only [DONE] may follow: whatever else comes is dropped.
    if (was_complete && !attempt_.progress.closed) {
      attempt_.progress.closed = true;
      break;
    }
    taken += *size;
  }
  return taken;
}

void StreamRelay::read_event(std::string_view block) {
  // Passed on as it came, but no part of the first event.
  if (std::exchange(at_start_, false) && block.starts_with(http::byte_order_mark)) {
    block.remove_prefix(http::byte_order_mark.size());
  }
  const http::SseEvent event = http::parse_sse_event(block, scratch_);
  if (!event.has_data) return;
  attempt_.progress.usage_here = false;
  dialect_.read_event(event, attempt_.progress);
  if (attempt_.tool_calls) attempt_.tool_calls->read_event(event.data);
  if (refused() && error_data_.empty()) {
    error_data_ = event.data;
    error_at_ = net::Clock::now();
  }
  if (attempt_.progress.usage_here) note_cost(event, block);
  if (attempt_.progress.content && !attempt_.first_token_at) {
    attempt_.first_token_at = net::Clock::now();
  }
}

void StreamRelay::note_cost(const http::SseEvent& event, std::string_view block) {
  const auto cost = request_.settlement.own_cost(attempt_);
  // An event of several lines has been joined elsewhere; nobody sends usage so.
  const char* const data = event.data.data();
  const std::less<const char*> before;
  const bool elsewhere = before(data, block.data()) || !before(data, block.data() + block.size());
  if (!cost || elsewhere) return;
  auto splice = dialects::splice_cost(event.data, dialect_.cost_form(true), *cost);
  if (splice) insertions_.push_back({.before = data + splice->at, .text = std::move(splice->text)});
}

std::string_view StreamRelay::with_costs(std::string_view bytes) {
  if (insertions_.empty()) return bytes;
  with_costs_.clear();
  for (const Insertion& insertion : insertions_) {
    const auto size = static_cast<std::size_t>(insertion.before - bytes.data());
    if (size > bytes.size()) break;  // into an event that was dropped
    with_costs_ += bytes.substr(0, size);
    with_costs_ += insertion.text;
    bytes.remove_prefix(size);
  }
  with_costs_ += bytes;
  insertions_.clear();
  return with_costs_;
}

void StreamRelay::spare_the_slow_client() {
  constexpr auto write_usual = std::chrono::milliseconds(10);
  const auto now = net::Clock::now();
  if (now - last_sent_ > write_usual) guard_.begin(now, tokens_of(attempt_.progress));
}

Result<StreamRelay::Cut> StreamRelay::take(const net::ClientCall::Piece& piece) {
  // Comments stand between events, for nothing of a held one has gone out.
  if (piece.what == net::ClientCall::Read::quiet) {
    const bool due =
        net::Clock::now() >= last_sent_ + request_.services.options.silence_before_comment;
    return Cut{attempt_.committed && due ? Silence::comment : std::string_view(), held_};
  }
  std::string_view bytes = piece.bytes;
  if (!held_.empty()) {
    held_ += bytes;
    bytes = held_;
  }
  const std::size_t ready = take_events(bytes);
  if (bytes.size() - ready <= limits::sse_event_bytes_max) {
    return Cut{with_costs(bytes.substr(0, ready)), bytes.substr(ready)};
  }
  return upstream_error(
      Errc::upstream_too_large,
      fmt::format("the provider sent an event of more than {} bytes", limits::sse_event_bytes_max));
}

void StreamRelay::hold(std::string_view rest) {
  if (held_.empty()) {
    held_ = rest;
    return;
  }
  held_.erase(0, held_.size() - rest.size());
  if (held_.empty()) held_.shrink_to_fit();
}

// The answer begins with what goes out first: what fails before is still a plain error.
void StreamRelay::begin() {
  if (request_.exchange.begun()) return;
  request_.exchange.begin(answer_);
  request_.streamed = true;
  request_.status = answer_.status;
}

net::Task<Result<>> StreamRelay::send(std::string_view bytes) {
  begin();
  // The client never has the end of an answer that is not accounted for.
  if (attempt_.committed && attempt_.progress.complete) {
    if (attempt_.progress.error) attempt_.failure = Errc::upstream_error;
    request_.settlement.finish(attempt_);
  }
  last_sent_ = net::Clock::now();
  request_.bytes_out += bytes.size();
  return request_.exchange.write(bytes);
}

// The upstream's message is over, or nothing of it may follow any more.
net::Task<Result<>> StreamRelay::end() {
  dialects::Progress& progress = attempt_.progress;
  std::string last;
  if (!progress.closed && !held_.empty()) {
    // The connection's end stands for the blank line that is missing.
    last = std::exchange(held_, {}) + "\n\n";
    last.resize(take_events(last));
    last = std::string(with_costs(last));
  }
  if (!progress.complete && progress.finished && !progress.error) last += dialect_.terminator();
  if (!progress.complete && !progress.finished && !progress.error) {
    auto failing = fail(Error{Errc::connection_lost,
                              Source::upstream,
                              Retry::elsewhere,
                              "the provider's stream ended before it was complete",
                              {}});
    co_return co_await std::move(failing);
  }
  if (progress.error) attempt_.failure = Errc::upstream_error;
  if (!attempt_.committed) {
    auto taking = take_client(request_, attempt_);
    if (auto taken = co_await std::move(taking); !taken) co_return taken;
    commit();
    last.insert(0, opening_);
  }
  begin();
  if (request_.settlement.must_count(attempt_)) {
    auto counting = request_.settlement.count(attempt_);
    co_await std::move(counting);
  }
  request_.settlement.finish(attempt_);
  request_.bytes_out += last.size();
  auto finishing = request_.exchange.finish(last);
  // Clients hang up on the event that ends a stream: the last write may find them gone.
  std::ignore = co_await std::move(finishing);
  auto reading = read_tail();
  co_await std::move(reading);
  co_return Result<>{};
}

// What is left is to give the connection back in good order.
net::Task<> StreamRelay::read_tail() {
  const auto until = net::Clock::now() + tail_timeout;
  for (;;) {
    auto reading = call_.read(until);
    const auto piece = co_await std::move(reading);
    if (!piece || piece->what != net::ClientCall::Read::bytes) break;
    attempt_.recording.bytes(piece->bytes);
  }
  attempt_.recording.end();
}

// Ends the stream with an error in the client's dialect, unless it is the client that has gone.
net::Task<Result<>> StreamRelay::fail(Error error) {
  attempt_.failure = error.code;
  if (error.source == Source::client || !attempt_.committed) {
    co_return std::unexpected(std::move(error));
  }
  const std::string last = dialect_.error_event(error, attempt_.progress);
  if (request_.settlement.must_count(attempt_)) {
    auto counting = request_.settlement.count(attempt_);
    co_await std::move(counting);
  }
  request_.settlement.finish(attempt_);
  request_.bytes_out += last.size();
  auto finishing = request_.exchange.finish(last);
  co_return co_await std::move(finishing);
}

}  // namespace

net::Task<Result<Relayed>> relay_stream(Request& request, Attempt& attempt, net::ClientCall& call,
                                        std::string header_lines) {
  return StreamRelay::run(request, attempt, call, std::move(header_lines));
}

}  // namespace tollway::gateway
