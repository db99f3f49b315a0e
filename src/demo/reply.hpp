// What the demonstration says, whatever the dialect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "demo/conversation.hpp"
#include "demo/question.hpp"
#include "demo/triggers.hpp"

namespace tollway::demo {

struct Reply {
  enum class Finish : std::uint8_t { stop, length, tool_call };

  const Model* model = nullptr;
  const Moment* moment = nullptr;
  Triggers triggers;
  Finish finish = Finish::stop;
  std::string tool_name;            // of a tool call; empty: the reply is text
  std::vector<std::string> tokens;  // of the text, or pieces of the call's arguments
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;

  [[nodiscard]] bool is_tool_call() const noexcept { return finish == Finish::tool_call; }
  [[nodiscard]] std::string whole() const;  // the text, or the arguments
  // The part of the moment's id that differs from request to request, for ids of parts.
  [[nodiscard]] std::string_view id_suffix() const noexcept;
  // 1e-9 dollars.
  [[nodiscard]] std::uint64_t prompt_cost() const noexcept {
    return prompt_tokens * model->prompt_price;
  }
  [[nodiscard]] std::uint64_t completion_cost() const noexcept {
    return completion_tokens * model->completion_price;
  }
};

// Echoes the last message, calls a tool where one is asked for and offered, or repeats what a tool
// answered. Cut at the request's limit, the model's, or in the middle on [[length]]. `moment` must
// outlive the reply.
[[nodiscard]] Reply make_reply(Conversation conversation, const Moment& moment);

}  // namespace tollway::demo
