// Registers OpenRouter, lists its models without a key, creates a model from the registry, invokes
// and streams, and prints what it used and cost. The base URL is the first argument.
#include <iostream>
#include <tollway/tollway.hpp>

namespace {

int fail(const char* what, const tollway::Error& error) {
  std::cerr << what << ": " << tollway::name_of(error.code) << ": " << error.message << '\n';
  return 1;
}

void print(const tollway::ChatReply& reply) {
  std::cout << reply.content << " | " << reply.provider << " | "
            << reply.usage.prompt_tokens.value_or(-1) << '/'
            << reply.usage.completion_tokens.value_or(-1) << " | $"
            << (reply.cost ? reply.cost->to_string() : "?") << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string base_url = argv[1];
  tollway::LlmRegistry registry;
  if (auto registered = tollway::register_openrouter_provider(registry); !registered) {
    return fail("register", registered.error());
  }

  const auto models = tollway::OpenRouterProvider().list_models_for_api(nullptr, base_url);
  if (!models) return fail("list", models.error());
  for (const auto& model : *models) {
    std::cout << model.id << " $" << model.prompt_price.value_or("?") << '\n';
  }

  const auto settings = tollway::SettingsSnapshot::from(
      {{"llm.openrouter.api_key", "sk-or-v1-consumer"}, {"llm.openrouter.url", base_url}});
  if (!settings) return fail("settings", settings.error());
  const auto make = registry.get("OpenRouter");
  if (!make) return fail("get", make.error());
  tollway::LlmOptions options;
  options.settings = *settings;
  const auto model = (*make)("author/model", 0.5, options);
  if (!model) return fail("create", model.error());

  const auto reply = model->invoke("Hello");
  if (!reply) return fail("invoke", reply.error());
  print(*reply);

  tollway::ChatRequest request;
  request.messages.push_back(tollway::Message::user("Hello"));
  auto stream = model->stream(request);
  if (!stream) return fail("stream", stream.error());
  for (;;) {
    const auto piece = stream->next();
    if (!piece) return fail("next", piece.error());
    if (!*piece) break;
    std::cout << '[' << (*piece)->content << ']';
  }
  std::cout << '\n';
  print(stream->reply());
}
