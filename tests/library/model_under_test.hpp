// A ChatModel in front of a test's upstream, and the answers it gets.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "client/chat_model_options.hpp"
#include "support/answers.hpp"
#include "support/fault_upstream.hpp"

namespace tollway::test {

inline constexpr std::string_view library_key = "sk-library-canary-1f2e3d";

inline client::ChatModelOptions options_for(const std::string& base_url) {
  client::ChatModelOptions options;
  options.provider_key = "TEST";
  options.provider_name = "Test";
  options.base_url = *http::parse_url(base_url);
  options.authentication.value = Secret("Bearer " + std::string(library_key));
  options.addresses = net::AddressPolicy::private_allowed;
  options.model = "author/model";
  options.retry_delay = std::chrono::milliseconds(1);
  options.timeout = std::chrono::seconds(20);
  return options;
}

// With a runtime of its own, so that tests don't share connections.
inline ChatModel make_model(client::ChatModelOptions options) {
  if (options.runtime == nullptr) {
    auto runtime = Runtime::create();
    EXPECT_TRUE(runtime);
    options.runtime = std::move(*runtime);
  }
  auto model = client::make_chat_model(std::move(options));
  EXPECT_TRUE(model) << model.error().message;
  return std::move(*model);
}
inline ChatModel model_for(const FaultUpstream& upstream) {
  return make_model(options_for(upstream.url()));
}

inline ChatRequest hello() {
  ChatRequest request;
  request.messages.push_back(tollway::Message::user("Hello"));
  return request;
}

// A whole answer that says "Hi".
inline std::string whole_hi(HeaderList more = {}) {
  return json_answer(
      R"({"id":"gen-1","model":"author/model","choices":[{"index":0,"finish_reason":"stop",)"
      R"("message":{"role":"assistant","content":"Hi"}}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3,"cost":0.0000125}})",
      more);
}

// One event of a stream.
inline std::string event(std::string_view json) {
  return "data: " + std::string(json) + "\n\n";
}
inline std::string text_event(std::string_view text) {
  return event(
      R"({"id":"gen-1","model":"author/model","choices":[{"index":0,"delta":{"content":")" +
      std::string(text) + R"("},"finish_reason":null}]})");
}
inline std::string stop_event() {
  return event(
      R"({"id":"gen-1","choices":[{"index":0,"delta":{"content":""},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":1,"completion_tokens":2,"cost":0.0000125}})");
}
inline std::string done_event() {
  return event("[DONE]");
}

// The rest of a stream: all text, then how it ended.
struct Drained {
  std::string text;
  Result<> result;
  int deltas = 0;
};
inline Drained drain(ChatStream& stream) {
  Drained drained;
  for (;;) {
    auto next = stream.next();
    if (!next) {
      drained.result = std::unexpected(next.error());
      return drained;
    }
    if (!*next) return drained;
    ++drained.deltas;
    drained.text += (*next)->content;
  }
}

}  // namespace tollway::test
