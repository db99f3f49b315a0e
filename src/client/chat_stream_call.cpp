#include "client/chat_stream_call.hpp"

#include <exception>

#include "base/error.hpp"
#include "dialects/chat_reply_reader.hpp"

namespace tollway::client {
namespace {

// How long a finished stream waits for the end of its message, so that the connection can be used
// again.
constexpr auto rest_timeout = std::chrono::milliseconds(200);

Result<> bug(const std::exception& error) {
  return internal_error("the call ended by an exception, which is a bug", error.what());
}

ChatDelta all_of(const ChatReply& reply) {
  ChatDelta delta{.content = reply.content,
                  .reasoning = reply.reasoning,
                  .tool_calls = {},
                  .images = reply.images,
                  .audio = reply.audio,
                  .citations = reply.citations,
                  .finish_reason = reply.finish_reason};
  for (const auto& call : reply.tool_calls) {
    delta.tool_calls.push_back({.index = delta.tool_calls.size(),
                                .id = call.id,
                                .name = call.name,
                                .arguments = call.arguments});
  }
  return delta;
}

}  // namespace

ChatStreamCall::ChatStreamCall(Runtime::Parts& parts, ChatCallSpec spec, std::stop_token cancel)
    : parts_(parts),
      active_(parts),
      abort_hook_(active_.abort(), &ChatStreamCall::on_abort, this),
      cancelling_(parts, active_, std::move(cancel)),
      attempts_(parts, active_.abort(), std::move(spec)),
      reader_(attempts_.provider_name()) {}

net::Task<> ChatStreamCall::run_open(Runtime::Parts& parts, ChatCallSpec spec,
                                     std::stop_token cancel, Opened opened) {
  if (cancel.stop_requested()) {
    opened(std::unexpected(cancelled()));
    co_return;
  }
  auto call = std::make_shared<ChatStreamCall>(parts, std::move(spec), std::move(cancel));
  Result<> result;
  try {
    auto opening = call->open();
    result = co_await std::move(opening);
  } catch (const std::exception& error) {
    result = bug(error);
  }
  call->busy_ = false;
  call->drop_if_resting();
  if (!result) {
    call->attempts_.tell_attempts();
    opened(std::unexpected(std::move(result.error())));
  } else {
    opened(std::move(call));
  }
}

net::Task<Result<>> ChatStreamCall::open() {
  auto opening = attempts_.open();
  auto opened = co_await std::move(opening);
  if (!opened) co_return opened;
  decoder_ = http::SseDecoder();
  reader_ = dialects::ChatStreamReader(attempts_.provider_name());
  said_.clear();
  co_return opened;
}

net::Task<> ChatStreamCall::run_pull(std::shared_ptr<ChatStreamCall> call, Pulled pulled) {
  call->busy_ = true;
  Result<> result;
  try {
    auto filling = call->fill();
    result = co_await std::move(filling);
  } catch (const std::exception& error) {
    result = bug(error);
  }
  if (!result) {
    call->attempts_.close();
    call->attempts_.report(call->reader_.reply());
    call->inbox_.end = result;
  }
  const bool rest_follows = call->attempts_.is_open() && call->inbox_.end;
  call->busy_ = rest_follows;
  call->drop_if_resting();
  pulled(std::move(result));
  if (!rest_follows) co_return;
  auto reading = call->read_rest();
  co_await std::move(reading);
}

// Until the inbox holds something. Others are asked as long as nothing was handed out.
net::Task<Result<>> ChatStreamCall::fill() {
  for (;;) {
    auto filling = fill_from_answer();
    auto filled = co_await std::move(filling);
    delivered_ = delivered_ || !inbox_.deltas.empty();
    if (filled) co_return filled;
    if (delivered_) {
      attempts_.broke_off(filled.error());
      co_return filled;
    }
    attempts_.failed(std::move(filled.error()), said_);
    auto opening = open();
    if (auto opened = co_await std::move(opening); !opened) co_return opened;
  }
}

net::Task<Result<>> ChatStreamCall::fill_from_answer() {
  if (!attempts_.is_open()) {  // it was aborted while it rested
    auto opening = open();
    if (auto opened = co_await std::move(opening); !opened) co_return opened;
  }
  if (!attempts_.is_event_stream()) {
    auto reading = read_whole();
    co_return co_await std::move(reading);
  }
  for (;;) {
    if (auto read = read_events(); !read) co_return read;
    if (inbox_.end || !inbox_.deltas.empty()) co_return Result<>{};
    auto reading = attempts_.call().read();
    const auto piece = co_await std::move(reading);
    if (!piece) co_return std::unexpected(piece.error());
    if (piece->what == net::ClientCall::Read::end) {
      decoder_.finish();
      if (auto read = read_events(); !read) co_return read;
      if (!inbox_.end) co_return finish();
    } else if (auto fed = decoder_.feed(piece->bytes); !fed) {
      co_return fed;
    }
  }
}

// Some servers answer whole where a stream was asked for, above all when they failed.
net::Task<Result<>> ChatStreamCall::read_whole() {
  auto reading = attempts_.read_body(limits::chat_answer_bytes_max);
  auto body = co_await std::move(reading);
  if (!body) co_return std::unexpected(std::move(body.error()));
  auto reply = dialects::read_chat_reply(std::move(*body), attempts_.provider_name());
  if (!reply) {
    said_ = std::move(*body);
    co_return std::unexpected(std::move(reply.error()));
  }
  attempts_.note_first_token();
  inbox_.deltas.push_back(all_of(*reply));
  reader_.reply() = std::move(*reply);
  reader_.reply().raw_json.clear();
  co_return finish();
}

Result<> ChatStreamCall::read_events() {
  while (!inbox_.end) {
    const auto event = decoder_.next();
    if (!event) break;
    auto delta = reader_.read(*event);
    if (!delta) {
      said_ = event->data;
      return std::unexpected(std::move(delta.error()));
    }
    if (*delta) {
      attempts_.note_first_token();
      inbox_.deltas.push_back(std::move(**delta));
    }
    if (reader_.done()) return finish();
  }
  return {};
}

Result<> ChatStreamCall::finish() {
  if (auto ended = reader_.end(); !ended) return ended;
  attempts_.succeeded(reader_.reply());
  inbox_.end = Result<>{};
  return {};
}

net::Task<> ChatStreamCall::read_rest() {
  const auto until = net::Clock::now() + rest_timeout;
  for (;;) {
    auto reading = attempts_.call().read(until);
    const auto piece = co_await std::move(reading);
    if (!piece || piece->what != net::ClientCall::Read::bytes) break;
  }
  attempts_.close();
}

// Not at once: the abort is still going through its hooks, which closing would take away.
void ChatStreamCall::on_abort(void* self) {
  auto& call = *static_cast<ChatStreamCall*>(self);
  call.parts_.loop.post([weak = call.weak_from_this()] {
    if (const auto there = weak.lock()) there->drop_if_resting();
  });
}

void ChatStreamCall::drop_if_resting() {
  if (!busy_ && active_.abort().fired()) attempts_.close();
}

void ChatStreamCall::settle() {
  attempts_.complete(reader_.reply());
}

void ChatStreamCall::close() {
  if (!inbox_.end) active_.abort().fire(cancelled());
}

}  // namespace tollway::client
