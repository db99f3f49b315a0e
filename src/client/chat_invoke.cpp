#include "client/chat_invoke.hpp"

#include <exception>

#include "base/error.hpp"
#include "dialects/chat_reply_reader.hpp"

namespace tollway::client {
namespace {

net::Task<Result<ChatReply>> invoke(ChatAttempts& attempts) {
  for (;;) {
    auto opening = attempts.open();
    if (auto opened = co_await std::move(opening); !opened) {
      co_return std::unexpected(std::move(opened.error()));
    }
    auto reading = attempts.read_body(limits::chat_answer_bytes_max);
    auto body = co_await std::move(reading);
    if (!body) {
      attempts.failed(std::move(body.error()));
      continue;
    }
    auto reply = dialects::read_chat_reply(std::move(*body), attempts.provider_name());
    if (reply) {
      attempts.succeeded(*reply);
      co_return reply;
    }
    attempts.failed(std::move(reply.error()), *body);
  }
}

}  // namespace

net::Task<> run_invoke(Runtime::Parts& parts, ChatCallSpec spec, std::stop_token cancel,
                       std::function<void(Result<ChatReply>)> done) {
  Result<ChatReply> result = std::unexpected(cancelled());
  if (!cancel.stop_requested()) {
    ActiveCall active(parts);
    const CancelOnStop cancelling(parts, active, std::move(cancel));
    ChatAttempts attempts(parts, active.abort(), std::move(spec));
    try {
      auto invoking = invoke(attempts);
      result = co_await std::move(invoking);
    } catch (const std::exception& error) {
      result = internal_error("the call ended by an exception, which is a bug", error.what());
    }
    if (!result) attempts.tell_attempts();
  }
  done(std::move(result));
}

}  // namespace tollway::client
