// The library's calls for programs on Boost.Asio, 1.81 or later. Header-only; the rest of the
// library needs no Boost at the program's side.
//
//   boost::asio::awaitable<void> talk(tollway::ChatModel model, tollway::ChatRequest request) {
//     auto reply = co_await tollway::async_invoke(model, request, {}, boost::asio::use_awaitable);
//     if (!reply) co_return complain(reply.error());
//
// Each function takes any completion token. The handler runs on its own associated executor, never
// on the runtime's thread, and never before the function has returned. Asio's cancellation (per
// operation, e.g. by awaitable_operators) ends the call with Errc::cancelled.
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

  static std::function<void(Result<T>)> callback(std::shared_ptr<Delivery> self) {
    return [self = std::move(self)](Result<T> result) mutable {
      auto executor = self->work_.get_executor();
      boost::asio::post(executor, [self, result = std::move(result)]() mutable {
        boost::asio::get_associated_cancellation_slot(self->handler_).clear();
        auto handler = std::move(self->handler_);
        self->work_.reset();
        std::move(handler)(std::move(result));
      });
    };
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

}  // namespace asio_detail

// ChatModel::async_invoke; completes with Result<ChatReply>.
template <class CompletionToken>
auto async_invoke(const ChatModel& model, ChatRequest request, CallOptions options,
                  CompletionToken&& token) {
  return boost::asio::async_initiate<CompletionToken, void(Result<ChatReply>)>(
      [](auto handler, const ChatModel& the_model, ChatRequest the_request,
         CallOptions the_options) {
        using Delivery = asio_detail::Delivery<decltype(handler), ChatReply>;
        auto delivery = std::make_shared<Delivery>(std::move(handler));
        the_options = delivery->cancelled_by_either(std::move(the_options));
        the_model.async_invoke(std::move(the_request), std::move(the_options),
                               Delivery::callback(std::move(delivery)));
      },
      token, model, std::move(request), std::move(options));
}

// ChatModel::async_stream; completes with Result<ChatStream>. options.cancel counts for all of the
// stream's life; where it is not given, Asio's cancellation counts until the stream is there.
template <class CompletionToken>
auto async_stream(const ChatModel& model, ChatRequest request, CallOptions options,
                  CompletionToken&& token) {
  return boost::asio::async_initiate<CompletionToken, void(Result<ChatStream>)>(
      [](auto handler, const ChatModel& the_model, ChatRequest the_request,
         CallOptions the_options) {
        using Delivery = asio_detail::Delivery<decltype(handler), ChatStream>;
        auto delivery = std::make_shared<Delivery>(std::move(handler));
        if (!the_options.cancel.stop_possible()) {
          the_options = delivery->cancelled_by_either(std::move(the_options));
        }
        the_model.async_stream(std::move(the_request), std::move(the_options),
                               Delivery::callback(std::move(delivery)));
      },
      token, model, std::move(request), std::move(options));
}

// ChatStream::async_next; completes with Result<std::optional<ChatDelta>>. The stream must last
// until then; Asio's cancellation cancels it.
template <class CompletionToken>
auto async_next(ChatStream& stream, CompletionToken&& token) {
  using Delta = std::optional<ChatDelta>;
  return boost::asio::async_initiate<CompletionToken, void(Result<Delta>)>(
      [](auto handler, ChatStream* the_stream) {
        using Delivery = asio_detail::Delivery<decltype(handler), Delta>;
        auto delivery = std::make_shared<Delivery>(std::move(handler));
        delivery->on_cancel([the_stream] { the_stream->cancel(); });
        the_stream->async_next(Delivery::callback(std::move(delivery)));
      },
      token, &stream);
}

}  // namespace tollway
