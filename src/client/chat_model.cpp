#include "tollway/chat_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "client/alternatives.hpp"
#include "client/chat_body.hpp"
#include "client/chat_invoke.hpp"
#include "client/chat_model_state.hpp"
#include "client/chat_stream_call.hpp"
#include "client/chat_stream_state.hpp"
#include "client/waiting.hpp"
#include "routing/course.hpp"

namespace tollway {
namespace {

using client::ChatCallSpec;

Result<std::chrono::milliseconds> timeout_of(const CallOptions& options,
                                             const client::ChatModelOptions& defaults) {
  const auto timeout = options.timeout.value_or(defaults.timeout);
  if (timeout.count() >= 1 && timeout <= limits::total_timeout) return timeout;
  return client_error(Errc::bad_request,
                      "a call's timeout must be above zero and at most 30 minutes");
}

// Of prompt and answer together, as limits count them: four bytes each, and all that the answer may
// have, or 512 where nobody says.
std::int64_t tokens_of(const ChatRequest& request, const client::ChatModelOptions& options) {
  constexpr std::int64_t output_tokens_usual = 512;
  std::size_t bytes = 0;
  for (const Message& message : request.messages) {
    for (const ContentPart& part : message.content) {
      if (const auto* text = std::get_if<TextPart>(&part)) bytes += text->text.size();
    }
  }
  for (const Tool& tool : request.tools) bytes += tool.description.size() + tool.parameters.size();
  const auto most = request.max_tokens ? request.max_tokens : options.max_tokens;
  return static_cast<std::int64_t>(bytes / 4) + most.value_or(output_tokens_usual);
}

void add(const std::vector<client::ChatUpstream>& others, std::uint32_t stage, bool other_runtime,
         ChatModel::State& state) {
  for (client::ChatUpstream upstream : others) {
    const auto& options = upstream.facts->options;
    if (other_runtime) {
      upstream.key = state.runtime->parts().engine(options.routing).key_of(options);
    }
    upstream.stage += stage;
    state.upstreams.push_back(std::move(upstream));
  }
}

Result<> check_count(const ChatModel::State& state) {
  if (state.upstreams.size() <= routing::Course::candidates_max) return {};
  return client_error(Errc::bad_request,
                      fmt::format("expected at most {} models together, came {}",
                                  routing::Course::candidates_max, state.upstreams.size()));
}

// By its name, else the one that the model has, else that of its settings.
Result<const routing::Strategy*> strategy_of(const ChatModel::State& state, std::string_view name) {
  if (!name.empty()) return client::strategy_called(name);
  if (state.alternatives != nullptr) return state.alternatives->strategy;
  return client::strategy_called(state.upstreams.front().facts->options.routing.strategy);
}

// Chooses between the model's upstreams, where it has alternatives.
Result<> add_decision(const ChatModel::State& state, const ChatRequest& request,
                      const CallOptions& call, ChatCallSpec& spec) {
  if (state.alternatives == nullptr) return {};
  const auto strategy = strategy_of(state, call.strategy);
  if (!strategy) return std::unexpected(strategy.error());
  spec.explanation = call.explanation;
  spec.decision =
      std::make_shared<client::Decision>(state.alternatives, state.upstreams.front().facts->options,
                                         request, spec.body.text, *strategy);
  return {};
}

Result<dialects::ChatRequestBody> first_body(const ChatModel::State& state,
                                             const ChatRequest& request, bool stream) {
  const ChatModelFacts& facts = *state.upstreams.front().facts;
  if (state.alternatives == nullptr) return client::chat_body(facts, request, stream);
  if (request.model.empty() && request.models.empty()) {
    return client::fallback_chat_body(facts, request, stream);
  }
  return client_error(Errc::bad_request,
                      "expected a request without \"model\" and \"models\", as each of the "
                      "model's alternatives has its own");
}

Result<ChatCallSpec> make_spec(const ChatModel::State& state, const ChatRequest& request,
                               const CallOptions& call, bool stream) {
  const auto& upstreams = state.upstreams;
  const ChatModelFacts& facts = *upstreams.front().facts;
  const client::ChatModelOptions& options = facts.options;
  const auto timeout = timeout_of(call, options);
  if (!timeout) return std::unexpected(timeout.error());
  auto body = first_body(state, request, stream);
  if (!body) return std::unexpected(std::move(body.error()));
  const auto now = net::Clock::now();
  ChatCallSpec spec{.upstreams = upstreams,
                    .decision = nullptr,
                    .body = std::move(*body),
                    .model = request.model.empty() ? options.model : request.model,
                    .request = upstreams.size() > 1 ? std::optional(request) : std::nullopt,
                    .stream = stream,
                    .tokens = tokens_of(request, options),
                    .started = now,
                    .deadline = now + *timeout,
                    .failed_attempts = call.failed_attempts};
  if (auto added = add_decision(state, request, call, spec); !added) {
    return std::unexpected(std::move(added.error()));
  }
  return spec;
}

}  // namespace

ChatModel::ChatModel(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

std::string_view ChatModel::provider_key() const noexcept {
  return state_->upstreams.front().facts->options.provider_key;
}
std::string_view ChatModel::model_name() const noexcept {
  return state_->upstreams.front().facts->options.model;
}
double ChatModel::temperature() const noexcept {
  return state_->upstreams.front().facts->options.temperature;
}
std::optional<std::int64_t> ChatModel::max_tokens() const noexcept {
  return state_->upstreams.front().facts->options.max_tokens;
}

Result<ChatModel> ChatModel::with_fallbacks(const std::vector<ChatModel>& others) const {
  auto state = std::make_shared<State>(*state_);
  for (const ChatModel& other : others) {
    add(other.state_->upstreams, state->upstreams.back().stage + 1,
        other.state_->runtime != state->runtime, *state);
  }
  if (auto checked = check_count(*state); !checked) return std::unexpected(checked.error());
  const bool are_chosen =
      state->alternatives != nullptr || std::ranges::any_of(others, [](const ChatModel& other) {
        return other.state_->alternatives != nullptr;
      });
  if (are_chosen) {
    const auto strategy = strategy_of(*state, {});
    if (!strategy) return std::unexpected(strategy.error());
    state->alternatives = client::make_alternatives(state->upstreams, *strategy);
  }
  return ChatModel(std::move(state));
}

Result<ChatModel> ChatModel::with_alternatives(const std::vector<ChatModel>& others,
                                               const Choice& choice) const {
  auto state = std::make_shared<State>(*state_);
  for (const ChatModel& other : others) {
    add(other.state_->upstreams, 0, other.state_->runtime != state->runtime, *state);
  }
  if (auto checked = check_count(*state); !checked) return std::unexpected(checked.error());
  const auto strategy = strategy_of(*state, choice.strategy);
  if (!strategy) return std::unexpected(strategy.error());
  state->alternatives = client::make_alternatives(state->upstreams, *strategy);
  return ChatModel(std::move(state));
}

Result<ChatReply> ChatModel::invoke(const ChatRequest& request, const CallOptions& options) const {
  return client::wait_for<ChatReply>(state_->runtime->parts(),
                                     [&](std::function<void(Result<ChatReply>)> done) {
                                       async_invoke(request, options, std::move(done));
                                     });
}

Result<ChatReply> ChatModel::invoke(std::string_view user_message) const {
  ChatRequest request;
  request.messages.push_back(Message::user(std::string(user_message)));
  return invoke(request);
}

Result<ChatStream> ChatModel::stream(const ChatRequest& request, const CallOptions& options) const {
  return client::wait_for<ChatStream>(state_->runtime->parts(),
                                      [&](std::function<void(Result<ChatStream>)> done) {
                                        async_stream(request, options, std::move(done));
                                      });
}

void ChatModel::async_invoke(ChatRequest request, CallOptions options,
                             std::function<void(Result<ChatReply>)> done) const {
  Runtime::Parts& parts = state_->runtime->parts();
  auto spec = make_spec(*state_, request, options, false);
  parts.loop.post([&parts, spec = std::move(spec), cancel = std::move(options.cancel),
                   done = std::move(done)]() mutable {
    if (!spec) return done(std::unexpected(std::move(spec.error())));
    parts.loop.tasks().spawn(
        client::run_invoke(parts, std::move(*spec), std::move(cancel), std::move(done)));
  });
}

void ChatModel::async_stream(ChatRequest request, CallOptions options,
                             std::function<void(Result<ChatStream>)> done) const {
  Runtime::Parts& parts = state_->runtime->parts();
  auto spec = make_spec(*state_, request, options, true);
  auto opened = [runtime = std::weak_ptr(state_->runtime),
                 done = std::move(done)](Result<std::shared_ptr<client::ChatStreamCall>> call) {
    if (!call) return done(std::unexpected(std::move(call.error())));
    auto alive = runtime.lock();
    if (alive == nullptr) return done(std::unexpected(client::cancelled()));
    done(ChatStream(std::make_shared<ChatStream::State>(std::move(alive), std::move(*call))));
  };
  parts.loop.post([&parts, spec = std::move(spec), cancel = std::move(options.cancel),
                   opened = std::move(opened)]() mutable {
    if (!spec) return opened(std::unexpected(std::move(spec.error())));
    parts.loop.tasks().spawn(client::ChatStreamCall::run_open(
        parts, std::move(*spec), std::move(cancel), std::move(opened)));
  });
}

}  // namespace tollway
