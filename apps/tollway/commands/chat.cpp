#include "commands/chat.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "chat/answer.hpp"
#include "chat/conversation.hpp"
#include "chat/question.hpp"
#include "commands/shared_options.hpp"
#include "installation.hpp"
#include "model_list.hpp"
#include "terminal/json_value.hpp"
#include "terminal/progress.hpp"

namespace tollway {
namespace {

namespace json = boost::json;
using terminal::json_or_null;
using terminal::json_text;
using terminal::Style;

struct Options {
  SharedOptions shared;
  std::vector<std::string> words;
  std::string model;
  std::string provider;
  std::string system;
  std::optional<double> temperature;
  std::optional<std::int64_t> max_tokens;
  bool no_stream = false;
  bool no_history = false;
  bool quiet = false;
};

struct Context {
  const Options& options;
  terminal::Console& console;
  chat::Interrupts& interrupts;
  const Installation& installation;
  const Provider& provider;

  [[nodiscard]] Result<ChatModel> make_model(std::string_view name) const {
    LlmOptions how;
    how.settings = installation.snapshot;
    how.max_tokens = options.max_tokens;
    return provider.create_llm(name, options.temperature, how);
  }
  [[nodiscard]] bool streams() const {
    return !options.no_stream && installation.snapshot.boolean("llm.streaming").value_or(true);
  }
};

// When the provider's list does not hold the model: those that may have been meant.
std::vector<std::string> models_meant(const Context& context, const Error& error,
                                      const ChatModel& model) {
  if (error.code != Errc::not_found && error.code != Errc::bad_request) return {};
  const terminal::Progress progress(context.console, "Looking for models of a similar name");
  const auto models = context.provider.list_models(context.installation.snapshot);
  if (!models) return {};
  for (const auto& known : *models) {
    if (known.id == model.model_name()) return {};
  }
  return models_near(model.model_name(), *models);
}

int report(const Context& context, const Error& error, const ChatModel& model) {
  return context.console.fail(error, models_meant(context, error, model));
}

json::object usage_json(const Usage& usage) {
  return {{"prompt_tokens", json_or_null(usage.prompt_tokens)},
          {"completion_tokens", json_or_null(usage.completion_tokens)},
          {"total_tokens", json_or_null(usage.total_tokens)},
          {"cached_tokens", json_or_null(usage.cached_tokens)},
          {"reasoning_tokens", json_or_null(usage.reasoning_tokens)},
          {"estimated", usage.estimated}};
}

std::int64_t milliseconds(std::chrono::microseconds duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

json::object reply_json(const ChatReply& reply) {
  json::array attempts;
  for (const auto& attempt : reply.attempts) {
    attempts.push_back(json::object{{"provider", json_text(attempt.provider)},
                                    {"model", json_text(attempt.model)},
                                    {"status", attempt.status},
                                    {"error", json_text(attempt.error)},
                                    {"duration_ms", milliseconds(attempt.duration)}});
  }
  json::value first_token = nullptr;
  if (reply.timing.first_token) first_token = milliseconds(*reply.timing.first_token);
  return {{"model", json_text(reply.model)},
          {"provider", json_text(reply.provider)},
          {"content", json_text(reply.content)},
          {"reasoning", json_text(reply.reasoning)},
          {"refusal", json_text(reply.refusal)},
          {"finish_reason", json_text(reply.finish_reason)},
          {"usage", usage_json(reply.usage)},
          {"cost", reply.cost ? json_text(reply.cost->to_string()) : json::value(nullptr)},
          {"cost_kind", reply.cost ? json_text(name_of(reply.cost_kind)) : json::value(nullptr)},
          {"attempts", std::move(attempts)},
          {"first_token_ms", std::move(first_token)},
          {"duration_ms", milliseconds(reply.timing.total)}};
}

int answer_once(const Context& context, const ChatModel& model, std::string question) {
  auto& console = context.console;
  ChatRequest request;
  if (!context.options.system.empty()) {
    request.messages.push_back(Message::system(context.options.system));
  }
  request.messages.push_back(Message::user(std::move(question)));
  const auto answered = chat::ask(
      model, request, {.stream = context.streams() && !console.json(), .print = !console.json()},
      console, context.interrupts);
  const bool broke_off = answered.error && !answered.reply.content.empty();
  if (!context.options.quiet && !console.json() && (!answered.error || broke_off)) {
    console.note(chat::cost_line(answered.reply, model), Style::dim);
  }
  if (console.closed()) return exit_ok;
  if (answered.interrupted) {
    if (console.json() && answered.error) console.fail(*answered.error);
    if (!console.json()) console.note("cancelled", Style::dim);
    return exit_interrupted;
  }
  if (answered.error) return report(context, *answered.error, model);
  if (console.json()) {
    console.print_json(reply_json(answered.reply));
  } else if (const auto lack = chat::shortcoming(answered.reply); !lack.empty()) {
    console.note(lack, Style::warning);
  }
  return exit_ok;
}

int converse(const Context& context, ChatModel model) {
  const std::string history =
      context.options.no_history ? "" : context.installation.paths.data_directory + "/chat_history";
  chat::Conversation conversation(
      {.system = context.options.system,
       .stream = context.streams(),
       .cost_line = !context.options.quiet,
       .history_file = history},
      std::move(model), [&context](std::string_view name) { return context.make_model(name); },
      [&context](const Error& error, const ChatModel& asked) { report(context, error, asked); },
      context.console, context.interrupts);
  return conversation.run();
}

int run(const Options& options) {
  terminal::Console console(options.shared.console());
  auto question = chat::question_from(options.words);
  if (!question) return console.fail(question.error(), {}, exit_usage);
  // Before any thread is made, so that all inherit that SIGINT is taken care of.
  using Idle = chat::Interrupts::Idle;
  chat::Interrupts interrupts(*question ? Idle::leave : Idle::wait);
  if (!*question && console.json()) {
    const Error refusal{.code = Errc::bad_request,
                        .source = Source::client,
                        .retry = Retry::never,
                        .message = "--json wants a question, as arguments or on standard input",
                        .context = {}};
    return console.fail(refusal, {}, exit_usage);
  }
  const auto installation = open_installation(options.shared, console);
  if (!installation) return console.fail(installation.error());
  const auto provider = installation->provider(options.provider);
  if (!provider) return console.fail(provider.error());
  const Context context{options, console, interrupts, *installation, **provider};
  auto model = context.make_model(options.model);
  if (!model) return console.fail(model.error());
  if (*question) return answer_once(context, *model, std::move(**question));
  return converse(context, std::move(*model));
}

}  // namespace

void add_chat_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("chat", "Ask a model; without a question, talk with it");
  command
      ->add_option("QUESTION", options->words,
                   "What to ask; a word - stands for standard input, and without any word all of "
                   "standard input is asked")
      ->expected(-1);
  command->add_option("-m,--model", options->model, "Model (default: llm.model)")
      ->type_name("MODEL");
  command->add_option("-p,--provider", options->provider, "Provider (default: llm.provider)")
      ->type_name("PROVIDER");
  command->add_option("-s,--system", options->system, "System prompt")->type_name("TEXT");
  command
      ->add_option("--temperature", options->temperature,
                   "From 0, the most likely words, to 2 (default: llm.temperature)")
      ->type_name("NUMBER")
      ->check(CLI::Range(0.0, 2.0).description(""));
  command
      ->add_option("--max-tokens", options->max_tokens,
                   "At most so many tokens in the answer (default: llm.max_tokens)")
      ->type_name("TOKENS")
      ->check(CLI::PositiveNumber.description(""));
  command->add_flag("--no-stream", options->no_stream, "Print the answer when it is complete");
  command->add_flag("--no-history", options->no_history,
                    "Keep nothing of what is typed, and offer nothing of it");
  command->add_flag("-q,--quiet", options->quiet, "No line about the cost");
  add_shared_options(*command, options->shared);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tollway
