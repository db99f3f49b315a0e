// A model that several providers offer: the cheapest that can answer is asked, and the next one if
// it cannot. OPENROUTER_API_KEY must be set; OPENAI_API_KEY and a running Ollama add to the choice.
// The question is the first argument, OpenRouter's name of the model the second.
#include <iostream>
#include <tollway/tollway.hpp>
#include <utility>
#include <vector>

int main(int argc, char** argv) {
  const auto settings = tollway::Settings::open({});
  if (!settings) return 1;
  tollway::LlmOptions options;
  options.settings = (*settings)->snapshot();
  const auto through =
      tollway::create_openrouter_llm(argc > 2 ? argv[2] : "openai/gpt-4o-mini", {}, options);
  if (!through) {
    std::cerr << through.error().message << '\n';
    return 1;
  }
  std::vector<tollway::ChatModel> others;
  for (const auto& [key, name] : {std::pair("openai", "gpt-4o-mini"), {"ollama", "gpt-oss:20b"}}) {
    const auto provider = tollway::get_provider_class(key);
    if (!provider || !(*provider)->is_available(options.settings)) continue;
    if (auto other = (*provider)->create_llm(name, {}, options)) others.push_back(*other);
  }
  const auto model = through->with_alternatives(others, {.strategy = "lowest_price"});
  if (!model) return 1;

  tollway::ChatRequest request;
  request.messages = {tollway::Message::user(argc > 1 ? argv[1] : "Why is the sky blue?")};
  std::string explanation;
  tollway::CallOptions call;
  call.explanation = &explanation;
  request.extra_json = R"({"provider":{"ignore":["azure"],"max_price":{"prompt":5}}})";
  const auto reply = model->invoke(request, call);
  std::cerr << explanation << '\n';  // who stands where, and why
  if (!reply) {
    std::cerr << reply.error().message << '\n';
    return 1;
  }
  std::cout << reply->content << " (" << reply->provider << ")\n";
}
