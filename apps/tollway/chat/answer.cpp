#include "chat/answer.hpp"

#include <fmt/format.h>

#include "terminal/progress.hpp"
#include "terminal/safe_text.hpp"

namespace tollway::chat {
namespace {

// Content on standard output, the last line ended.
class Printer {
 public:
  explicit Printer(terminal::Console& console) : console_(console) {}

  void add(std::string_view content) { put(safe_.add(content)); }
  void finish() {
    put(safe_.finish());
    if (begun_ && !at_line_start_) console_.print("\n");
  }

 private:
  void put(const std::string& text) {
    if (text.empty()) return;
    begun_ = true;
    at_line_start_ = text.ends_with('\n');
    console_.print(text);
  }

  terminal::Console& console_;
  terminal::SafeText safe_;
  bool begun_ = false;
  bool at_line_start_ = true;
};

Answered whole(const ChatModel& model, const ChatRequest& request, AskOptions options,
               terminal::Console& console, Interrupts::Answer& interruption,
               terminal::Progress& progress) {
  Answered answered;
  auto reply = model.invoke(request, {.timeout = {}, .cancel = interruption.token()});
  progress.stop();
  if (!reply) {
    answered.error = reply.error();
    return answered;
  }
  answered.reply = std::move(*reply);
  if (!options.print) return answered;
  Printer printer(console);
  printer.add(answered.reply.content);
  printer.finish();
  return answered;
}

Answered streamed(const ChatModel& model, const ChatRequest& request, AskOptions options,
                  terminal::Console& console, Interrupts::Answer& interruption,
                  terminal::Progress& progress) {
  Answered answered;
  auto stream = model.stream(request, {.timeout = {}, .cancel = interruption.token()});
  if (!stream) {
    progress.stop();
    answered.error = stream.error();
    return answered;
  }
  Printer printer(console);
  for (;;) {
    const auto delta = stream->next();
    if (!delta) answered.error = delta.error();
    if (!delta || !*delta) break;
    if ((*delta)->content.empty() || !options.print) continue;
    progress.stop();
    printer.add((*delta)->content);
    // Going on would cost money for words that nobody reads.
    if (console.closed()) stream->cancel();
  }
  progress.stop();
  printer.finish();
  answered.reply = stream->reply();
  return answered;
}

std::string tokens_of(const Usage& usage) {
  if (!usage.prompt_tokens && !usage.completion_tokens) return "tokens unknown";
  const auto shown = [](const std::optional<std::int64_t>& count) {
    return count ? std::to_string(*count) : std::string("?");
  };
  return fmt::format("{}{}/{} tokens", usage.estimated ? "~" : "", shown(usage.prompt_tokens),
                     shown(usage.completion_tokens));
}

}  // namespace

Answered ask(const ChatModel& model, const ChatRequest& request, AskOptions options,
             terminal::Console& console, Interrupts& interrupts) {
  Interrupts::Answer interruption(interrupts);
  terminal::Progress progress(console, fmt::format("Waiting for {}", model.model_name()));
  auto answered = options.stream
                      ? streamed(model, request, options, console, interruption, progress)
                      : whole(model, request, options, console, interruption, progress);
  answered.interrupted = interruption.interrupted();
  return answered;
}

std::string cost_line(const ChatReply& reply, const ChatModel& model) {
  const std::string_view name =
      reply.model.empty() ? model.model_name() : std::string_view(reply.model);
  const std::string_view provider =
      reply.provider.empty() ? model.provider_key() : std::string_view(reply.provider);
  const std::string about = reply.cost_kind == CostKind::estimated ? "~" : "";
  const std::string cost = reply.cost ? about + "$" + reply.cost->to_string() : "cost unknown";
  const auto seconds = std::chrono::duration<double>(reply.timing.total).count();
  std::string line =
      fmt::format("{} \u00B7 {} \u00B7 {} \u00B7 {} \u00B7 {:.1f} s", terminal::safe_line(name),
                  terminal::safe_line(provider), tokens_of(reply.usage), cost, seconds);
  if (reply.attempts.size() > 1) line += fmt::format(" \u00B7 {} attempts", reply.attempts.size());
  return line;
}

std::string shortcoming(const ChatReply& reply) {
  if (reply.finish_reason == "length") {
    return "the answer ends at its limit of tokens; --max-tokens and llm.max_tokens set it";
  }
  if (reply.finish_reason == "content_filter") return "the provider's filter cut the answer";
  if (!reply.refusal.empty()) return "the model refused: " + reply.refusal;
  if (reply.content.empty() && !reply.tool_calls.empty()) return "the model called a tool instead";
  return {};
}

}  // namespace tollway::chat
