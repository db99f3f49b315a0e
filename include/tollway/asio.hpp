// The library's calls for programs on Boost.Asio, 1.81 or later. Header-only; the rest of the
// library needs no Boost at the program's side.
//
//   boost::asio::awaitable<void> talk(tollway::ChatModel model, tollway::ChatRequest request) {
//     auto reply = co_await tollway::async_invoke(model, request, {}, boost::asio::use_awaitable);
//     if (!reply) co_return complain(reply.error());
//
// Each function takes any completion token. The handler runs on its own associated executor, never
// on the runtime's thread, and never before the function has returned. Asio's cancellation (per
// operation, e.g. by awaitable_operators) ends the call with Errc::cancelled. An io_context whose
// run() has returned by itself may go; one that was stopped before has to outlive its calls.
#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "tollway/chat_model.hpp"

namespace tollway {

namespace asio_detail {

// A handler on its way to the runtime's thread and back. Shared, as the library's callbacks are
// copyable and handlers need not be.
template <class Handler, class T>
class Delivery {
 public:
  explicit Delivery(Handler handler)
      : handler_(std::move(handler)), work_(boost::asio::get_associated_executor(handler_)) {}

  // Stops `source` on Asio's cancellation.
  template <class Stop>
  void on_cancel(Stop stop) {
    auto slot = boost::asio::get_associated_cancellation_slot(handler_);
    if (!slot.is_connected()) return;
    slot.assign([stop = std::move(stop)](boost::asio::cancellation_type) { stop(); });
  }

  // Hands the result over on the handler's executor; `self` lasts until then.
  void deliver(std::shared_ptr<Delivery> self, Result<T> result) {
    // post() still wakes the context after the handler can have run there: this keeps run() from
    // returning, and so the context from being destroyed, until post() is left.
    const auto posting = work_;
    boost::asio::post(posting.get_executor(),
                      [self = std::move(self), result = std::move(result)]() mutable {
                        boost::asio::get_associated_cancellation_slot(self->handler_).clear();
                        auto handler = std::move(self->handler_);
                        self->work_.reset();
                        std::move(handler)(std::move(result));
                      });
  }

  // The options with a stop that Asio's cancellation requests too.
  CallOptions cancelled_by_either(CallOptions options) {
    const auto source = std::make_shared<std::stop_source>();
    on_cancel([source] { source->request_stop(); });
    if (options.cancel.stop_possible()) {
      forwarding_.emplace(options.cancel, [source] { source->request_stop(); });
    }
    options.cancel = source->get_token();
    return options;
  }

 private:
  using Executor = boost::asio::associated_executor_t<Handler>;
  Handler handler_;
  boost::asio::executor_work_guard<Executor> work_;
  std::optional<std::stop_callback<std::function<void()>>> forwarding_;
};

// What the library calls when it is done.
template <class Handler, class T>
std::function<void(Result<T>)> callback_of(std::shared_ptr<Delivery<Handler, T>> delivery) {
  return [delivery = std::move(delivery)](Result<T> result) {
    delivery->deliver(delivery, std::move(result));
  };
}

// Calls `start` with the handler's delivery, now or, for a lazy token, when it is awaited.
// Asio takes the token by reference and moves from it itself, hence the mark for the linter.
template <class T, class CompletionToken, class Start>
auto initiate(CompletionToken&& token, Start start) {  // NOLINT(*-missing-std-forward)
  return boost::asio::async_initiate<CompletionToken, void(Result<T>)>(
      [](auto handler, auto&& starting) {
        std::forward<decltype(starting)>(starting)(
            std::make_shared<Delivery<decltype(handler), T>>(std::move(handler)));
      },
      token, std::move(start));
}

}  // namespace asio_detail

// ChatModel::async_invoke; completes with Result<ChatReply>.
template <class CompletionToken>
auto async_invoke(const ChatModel& model, ChatRequest request, CallOptions options,
                  CompletionToken&& token) {
  return asio_detail::initiate<ChatReply>(
      std::forward<CompletionToken>(token),
      [model, request = std::move(request),
       options = std::move(options)](const auto& delivery) mutable {
        options = delivery->cancelled_by_either(std::move(options));
        model.async_invoke(std::move(request), std::move(options), callback_of(delivery));
      });
}

// ChatModel::async_stream; completes with Result<ChatStream>. options.cancel counts for all of the
// stream's life; where it is not given, Asio's cancellation counts until the stream is there.
template <class CompletionToken>
auto async_stream(const ChatModel& model, ChatRequest request, CallOptions options,
                  CompletionToken&& token) {
  return asio_detail::initiate<ChatStream>(
      std::forward<CompletionToken>(token),
      [model, request = std::move(request),
       options = std::move(options)](const auto& delivery) mutable {
        if (!options.cancel.stop_possible()) {
          options = delivery->cancelled_by_either(std::move(options));
        }
        model.async_stream(std::move(request), std::move(options), callback_of(delivery));
      });
}

// ChatStream::async_next; completes with Result<std::optional<ChatDelta>>. The stream must last
// until then; Asio's cancellation cancels it.
template <class CompletionToken>
auto async_next(ChatStream& stream, CompletionToken&& token) {
  return asio_detail::initiate<std::optional<ChatDelta>>(
      std::forward<CompletionToken>(token), [&stream](const auto& delivery) {
        delivery->on_cancel([&stream] { stream.cancel(); });
        stream.async_next(callback_of(delivery));
      });
}

}  // namespace tollway
