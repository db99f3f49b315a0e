// An answer as it is made.
#include <iostream>
#include <tollway/tollway.hpp>

namespace {

int fail(const tollway::Error& error) {
  std::cerr << error.message << '\n';
  return 1;
}

}  // namespace

int main() {
  const auto settings = tollway::Settings::open({});
  if (!settings) return fail(settings.error());
  tollway::LlmOptions options;
  options.settings = (*settings)->snapshot();
  const auto model = tollway::create_openrouter_llm({}, {}, options);
  if (!model) return fail(model.error());

  tollway::ChatRequest request;
  request.messages = {tollway::Message::system("Answer in one sentence."),
                      tollway::Message::user("What is a comet?")};
  auto stream = model->stream(request);
  if (!stream) return fail(stream.error());
  for (;;) {
    const auto piece = stream->next();
    if (!piece) return fail(piece.error());  // it broke off: what came before is not the answer
    if (!*piece) break;
    std::cout << (*piece)->content << std::flush;
  }
  const tollway::ChatReply& reply = stream->reply();
  std::cout << "\n(" << reply.finish_reason << ", " << reply.usage.completion_tokens.value_or(0)
            << " tokens)\n";
}
