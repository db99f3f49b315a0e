// A model that can be talked to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tollway/chat.hpp"
#include "tollway/error.hpp"
#include "tollway/export.hpp"

namespace tollway {

struct CallOptions {
  // All attempts together; nullopt: the model's own (llm.request_timeout). At most 30 minutes.
  std::optional<std::chrono::milliseconds> timeout;
  std::stop_token cancel;  // a stop ends the call with Errc::cancelled and closes the upstream call
  // Where the call ends with an error, it gets the attempts that were made, as a reply has them.
  // Not owned: it lasts until the call has ended. Of a stream that has begun, see its reply().
  std::vector<Attempt>* failed_attempts = nullptr;
  // Of a model with alternatives: by what they are ordered in this call (Choice::strategy).
  std::string strategy = {};
  // Of a model with alternatives: gets the decision of this call, one JSON object as `tollway
  // explain` shows it: each candidate, where it stands and why, by which figures. Not owned: it
  // lasts until the call has ended, or its stream has begun.
  std::string* explanation = nullptr;
};

// How a model's alternatives are chosen between.
struct Choice {
  // By what they are ordered where a request leaves that open: "price_weighted", "lowest_price",
  // "lowest_latency", "highest_throughput", "balanced", "round_robin", "ordered" and the others of
  // the setting routing.strategy (docs/configuration.md). Empty: by that setting, as the first
  // model was made with it.
  std::string strategy = {};
};

// A reply as it is made. Moves, does not copy; used by one thread at a time. Destroying it before
// the end cancels the upstream call.
class TOLLWAY_API ChatStream {
 public:
  ChatStream(ChatStream&&) noexcept;
  ChatStream& operator=(ChatStream&&) noexcept;
  ~ChatStream();

  // Waits for the next piece; nullopt at the end. A stream that breaks off is an error, never an
  // end. After an error or the end every further call gives the same.
  [[nodiscard]] Result<std::optional<ChatDelta>> next();
  // The same without waiting: `done` is called once, from the runtime's thread, and must not block.
  void async_next(std::function<void(Result<std::optional<ChatDelta>>)> done);
  // What has come so far, put together; complete after the end or an error, which next() tells
  // (usage and cost come last; of a stream without its end they are estimated).
  [[nodiscard]] const ChatReply& reply() const noexcept;
  void cancel() noexcept;  // from any thread

  struct TOLLWAY_INTERNAL State;
  explicit ChatStream(std::shared_ptr<State> state) noexcept;

 private:
  std::shared_ptr<State> state_;
};

// Made by a Provider's create_llm(). Immutable; many threads may share one. Copies share one state.
class TOLLWAY_API ChatModel {
 public:
  [[nodiscard]] std::string_view provider_key() const noexcept;  // "OPENROUTER"
  [[nodiscard]] std::string_view model_name() const noexcept;
  [[nodiscard]] double temperature() const noexcept;
  [[nodiscard]] std::optional<std::int64_t> max_tokens() const noexcept;

  // The same model with others behind it, each with its own provider, key, model and price: a call
  // that fails here for a reason that need not hold elsewhere goes to the first of them, then to
  // the next, before anyone is asked a second time; a stream until its first content has come.
  // Timeout, retries and runtime are this model's. A request's `model` and `models` are meant for
  // this one, and so is what only OpenRouter understands of its extra_json, where the others are
  // not OpenRouter. The fallbacks of `others` come with them. Errc::bad_request for more than eight
  // models together.
  [[nodiscard]] Result<ChatModel> with_fallbacks(const std::vector<ChatModel>& others) const;

  // The same among others that would do as well, such as the same model through OpenRouter, at its
  // vendor and on an own server. For each call it is decided anew, as the gateway decides, who is
  // asked first and who after a failure: who cannot do what the request needs (context length,
  // modalities, tools, response_format), or whom its `provider` object rules out, is not asked;
  // the others come in the order of a strategy, by price and by what their calls have measured.
  // The `provider` object is a member of the request's extra_json, with OpenRouter's meaning for
  // all of them ({"provider":{"order":["openai"],"max_price":{"prompt":1}}}); so is `session_id`,
  // by which a conversation stays with who served it. Only OpenRouter is sent what only it
  // understands.
  //
  // What they cost and can do is known from the lists of models that their providers were asked
  // for (Provider::list_models), else from the built-in ones; servers of the own machine are free.
  // Timeout, retries, runtime and settings are this model's. Fallbacks stand behind all
  // alternatives. Errc::bad_request for more than eight models together and for an unknown
  // strategy; of calls, for a request that names a model, for each of them has its own, and for a
  // `provider` object that cannot be read; Errc::not_found, with each one's reason, where nobody is
  // left who may be asked.
  [[nodiscard]] Result<ChatModel> with_alternatives(const std::vector<ChatModel>& others,
                                                    const Choice& choice = {}) const;

  // Blocks until the reply is there, which says who gave it. Where a model refuses a temperature
  // that nobody asked for, it is asked once more without one. Asks again after refused and lost
  // connections, 408, 429 and 5xx, at most llm.max_retries times within the timeout. An answer that
  // says it failed is Errc::upstream_error (or unauthenticated, not_found, bad_request by its
  // status) with the provider's own words, of the last one that was asked. Errc::overloaded where
  // nobody may be asked now, after failures or by limits; the message says when.
  [[nodiscard]] Result<ChatReply> invoke(const ChatRequest& request,
                                         const CallOptions& options = {}) const;
  [[nodiscard]] Result<ChatReply> invoke(std::string_view user_message) const;
  // Blocks until the answer begins; then pull.
  [[nodiscard]] Result<ChatStream> stream(const ChatRequest& request,
                                          const CallOptions& options = {}) const;

  // Without blocking: `done` is called once, from the runtime's thread, and must not block.
  // tollway/asio.hpp has the same as awaitables.
  void async_invoke(ChatRequest request, CallOptions options,
                    std::function<void(Result<ChatReply>)> done) const;
  void async_stream(ChatRequest request, CallOptions options,
                    std::function<void(Result<ChatStream>)> done) const;

  struct TOLLWAY_INTERNAL State;
  explicit ChatModel(std::shared_ptr<const State> state) noexcept;

 private:
  std::shared_ptr<const State> state_;
};

}  // namespace tollway
