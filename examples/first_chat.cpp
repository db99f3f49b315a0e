// One question, one answer. OPENROUTER_API_KEY must be set; the question is the first argument.
#include <iostream>
#include <tollway/tollway.hpp>

int main(int argc, char** argv) {
  const auto settings = tollway::Settings::open({});
  if (!settings) {
    std::cerr << settings.error().message << '\n';
    return 1;
  }
  tollway::LlmOptions options;
  options.settings = (*settings)->snapshot();
  const auto model = tollway::create_openrouter_llm({}, {}, options);
  if (!model) {
    std::cerr << model.error().message << '\n';
    return 1;
  }

  const auto reply = model->invoke(argc > 1 ? argv[1] : "Why is the sky blue?");
  if (!reply) {
    std::cerr << reply.error().message << '\n';
    return 1;
  }
  std::cout << reply->content << '\n';
}
