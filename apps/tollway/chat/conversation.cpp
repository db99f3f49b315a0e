#include "chat/conversation.hpp"

#include <fmt/format.h>

#include "chat/line_editor.hpp"
#include "exit_codes.hpp"

namespace tollway::chat {
namespace {

using terminal::Style;

constexpr std::string_view help =
    "/model NAME    go on with another model\n"
    "/system TEXT   begin anew with this system prompt\n"
    "/clear         begin anew\n"
    "/help          this list\n"
    "/exit          leave; so does Ctrl-D\n"
    "A line that ends with \\ goes on in the next. Ctrl-C ends an answer.";

std::string_view trimmed(std::string_view text) {
  constexpr const char* white_space = " \t";
  const auto begin = text.find_first_not_of(white_space);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
}

// Lines up to one that does not end with a backslash.
LineEditor::Outcome read_entry(LineEditor& editor, std::string& entry) {
  entry.clear();
  std::string line;
  for (;;) {
    const auto outcome = editor.read(entry.empty() ? "> " : ". ", line);
    if (outcome != LineEditor::Outcome::line) {
      entry += line;
      return outcome;
    }
    if (!line.ends_with('\\')) break;
    line.back() = '\n';
    entry += line;
  }
  entry += line;
  return LineEditor::Outcome::line;
}

}  // namespace

Conversation::Conversation(ConversationOptions options, ChatModel model, MakeModel make_model,
                           Report report, terminal::Console& console, Interrupts& interrupts)
    : options_(std::move(options)),
      model_(std::move(model)),
      make_model_(std::move(make_model)),
      report_(std::move(report)),
      console_(console),
      interrupts_(interrupts) {
  begin_anew();
}

void Conversation::begin_anew() {
  request_.messages.clear();
  if (!options_.system.empty()) request_.messages.push_back(Message::system(options_.system));
}

int Conversation::run() {
  History history(options_.history_file);
  std::vector<std::string> earlier;
  if (!options_.history_file.empty()) {
    if (auto loaded = history.load()) {
      earlier = std::move(*loaded);
    } else {
      console_.note(loaded.error().message, Style::warning);
    }
  }
  LineEditor editor(interrupts_, earlier);
  console_.note(fmt::format("{}; /help lists the commands", model_.model_name()), Style::dim);
  bool asked_to_leave = false;
  std::string entry;
  while (!console_.closed()) {
    const auto outcome = read_entry(editor, entry);
    if (outcome == LineEditor::Outcome::end) {
      console_.print("\n");
      break;
    }
    if (outcome == LineEditor::Outcome::interrupted) {
      console_.print("\n");
      if (asked_to_leave) return exit_interrupted;
      asked_to_leave = trimmed(entry).empty();
      if (asked_to_leave) console_.note("Ctrl-C again leaves", Style::dim);
      continue;
    }
    asked_to_leave = false;
    const auto text = trimmed(entry);
    if (text.empty()) continue;
    editor.remember(entry);
    if (!options_.history_file.empty()) {
      if (const auto kept = history.append(entry); !kept) {
        console_.note(kept.error().message, Style::warning);
        options_.history_file.clear();
      }
    }
    if (text.front() == '/') {
      if (!command(text)) break;
    } else {
      answer(entry);
    }
  }
  return exit_ok;
}

bool Conversation::command(std::string_view line) {
  const auto blank = line.find(' ');
  const auto name = line.substr(0, blank);
  const auto argument = blank == line.npos ? std::string_view() : trimmed(line.substr(blank));
  if (name == "/exit" || name == "/quit") return false;
  if (name == "/clear") {
    begin_anew();
  } else if (name == "/system") {
    options_.system = argument;
    begin_anew();
  } else if (name == "/model") {
    change_model(argument);
  } else {
    if (name != "/help") console_.note(fmt::format("there is no {}", name), Style::warning);
    console_.note(help, Style::dim);
  }
  return true;
}

void Conversation::change_model(std::string_view name) {
  if (name.empty()) {
    console_.note(model_.model_name(), Style::dim);
    return;
  }
  auto made = make_model_(name);
  if (!made) {
    console_.note(made.error().message, Style::bad);
    return;
  }
  model_ = std::move(*made);
}

void Conversation::answer(std::string question) {
  request_.messages.push_back(Message::user(std::move(question)));
  const auto answered = ask(model_, request_, {.stream = options_.stream}, console_, interrupts_);
  if (answered.interrupted) {
    console_.note("cancelled", Style::dim);
  } else if (answered.error) {
    report_(*answered.error, model_);
  } else if (const auto lack = shortcoming(answered.reply); !lack.empty()) {
    console_.note(lack, Style::warning);
  }
  // What was said stays said; a question without any answer may be asked anew.
  if (answered.reply.content.empty()) {
    request_.messages.pop_back();
  } else {
    request_.messages.push_back(answered.reply.to_message());
  }
  const bool has_costs = !answered.error || !answered.reply.content.empty();
  if (options_.cost_line && has_costs) {
    console_.note(cost_line(answered.reply, model_), Style::dim);
  }
}

}  // namespace tollway::chat
