#include "client/chat_model_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "client/chat_model_state.hpp"
#include "client/runtime.hpp"
#include "http/head_writer.hpp"

namespace tollway::client {
namespace {

constexpr int retries_max = 10;

// White space and control characters would end the request line.
bool is_target(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
}

Result<> check_headers(const ChatModelOptions& options) {
  const auto& [name, value] = options.authentication;
  if (!value.empty() && !http::is_header_name(name)) {
    return client_error(
        Errc::bad_request,
        fmt::format("{}: the authentication's header has no usable name", options.provider_name));
  }
  if (!http::is_header_value(value.reveal())) {
    return client_error(
        Errc::bad_request,
        fmt::format("the API key of {} holds characters that cannot be sent, such as a line end; "
                    "set it again",
                    options.provider_name));
  }
  for (const auto& [own_name, own_value] : options.headers) {
    if (http::is_header_name(own_name) && http::is_header_value(own_value)) continue;
    return client_error(Errc::bad_request, fmt::format("{}: the header {:?} cannot be sent",
                                                       options.provider_name, own_name));
  }
  return {};
}

Result<> check(const ChatModelOptions& options) {
  const auto refuse = [&options](std::string_view what) {
    return client_error(Errc::bad_request, fmt::format("{}: {}", options.provider_name, what));
  };
  if (options.model.empty()) return refuse("a model must be named");
  if (!std::isfinite(options.temperature)) return refuse("the temperature must be a number");
  if (options.max_tokens && *options.max_tokens < 1) return refuse("max_tokens must be at least 1");
  if (options.timeout.count() < 1 || options.timeout > limits::total_timeout) {
    return refuse("the request timeout must be above zero and at most 30 minutes");
  }
  if (options.max_retries < 0 || options.max_retries > retries_max) {
    return refuse(fmt::format("max_retries must be 0 to {}", retries_max));
  }
  if (!is_target(options.chat_path) || !is_target(options.query)) {
    return refuse("the chat path or query holds characters that must be percent-encoded");
  }
  return check_headers(options);
}

}  // namespace

Result<ChatModel> make_chat_model(ChatModelOptions options) {
  if (auto checked = check(options); !checked) return std::unexpected(std::move(checked.error()));
  auto state = std::make_shared<ChatModel::State>();
  state->runtime = std::move(options.runtime);
  if (state->runtime == nullptr) {
    auto shared = Runtime::shared();
    if (!shared) return std::unexpected(std::move(shared.error()));
    state->runtime = std::move(*shared);
  }
  auto facts = std::make_shared<ChatModelFacts>();
  facts->target = options.base_url.path + options.chat_path;
  if (!options.query.empty()) facts->target += "?" + options.query;
  auto key = state->runtime->parts().engine(options.routing).key_of(options);
  facts->options = std::move(options);
  state->upstreams.push_back({.facts = std::move(facts), .key = std::move(key)});
  return ChatModel(std::move(state));
}

}  // namespace tollway::client
