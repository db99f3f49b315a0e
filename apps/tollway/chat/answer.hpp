// One question to a model, answered on the console as it comes.
#pragma once

#include <optional>
#include <string>

#include "chat/interrupts.hpp"
#include "terminal/console.hpp"
#include "tollway/chat_model.hpp"

namespace tollway::chat {

struct Answered {
  ChatReply reply;             // what came, of a failed or interrupted answer the beginning
  std::optional<Error> error;  // Errc::cancelled after Ctrl-C or when nobody reads the output
  bool interrupted = false;
};

struct AskOptions {
  bool stream = true;
  bool print = true;  // false: the reply is only returned
};

// Blocks until the answer is complete. While nothing has come, a terminal shows for how long.
[[nodiscard]] Answered ask(const ChatModel& model, const ChatRequest& request, AskOptions options,
                           terminal::Console& console, Interrupts& interrupts);

// "openai/gpt-4o-mini · OpenAI · 12/34 tokens · $0.0000222 · 1.4 s": the model and who served it,
// tokens in and out, what it cost and how long it took. What the provider did not state is
// unknown.
[[nodiscard]] std::string cost_line(const ChatReply& reply, const ChatModel& model);

// Why an answer is not whole though nothing failed; empty where it is.
[[nodiscard]] std::string shortcoming(const ChatReply& reply);

}  // namespace tollway::chat
