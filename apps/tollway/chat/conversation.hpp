// A conversation at a terminal.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "chat/answer.hpp"
#include "chat/history.hpp"

namespace tollway::chat {

struct ConversationOptions {
  std::string system;
  bool stream = true;
  bool cost_line = true;
  std::string history_file;  // empty: none is kept
};

// Reads lines, answers each with what was said before, and knows the commands that /help lists.
class Conversation {
 public:
  // Makes a model by name; an empty one is that of the settings.
  using MakeModel = std::function<Result<ChatModel>(std::string_view name)>;
  // Reports why an answer did not come, and what the model's name may have meant.
  using Report = std::function<void(const Error& error, const ChatModel& model)>;

  Conversation(ConversationOptions options, ChatModel model, MakeModel make_model, Report report,
               terminal::Console& console, Interrupts& interrupts);

  // Until /exit, Ctrl-D or a second Ctrl-C at the prompt; returns the exit code.
  int run();

 private:
  // False when the conversation is over.
  bool command(std::string_view line);
  void answer(std::string question);
  void begin_anew();
  void change_model(std::string_view name);

  ConversationOptions options_;
  ChatModel model_;
  MakeModel make_model_;
  Report report_;
  terminal::Console& console_;
  Interrupts& interrupts_;
  ChatRequest request_;
};

}  // namespace tollway::chat
