// What a conversation costs, exactly.
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

  tollway::Money sum;  // billionths of a dollar in an integer: nothing is lost by adding
  tollway::ChatRequest request;
  for (const char* const question : {"What is a neutrino?", "And a muon?"}) {
    request.messages.push_back(tollway::Message::user(question));
    const auto reply = model->invoke(request);
    if (!reply) return fail(reply.error());
    request.messages.push_back(reply->to_message());
    std::cout << question << ' ' << reply->usage.prompt_tokens.value_or(0) << " tokens in, "
              << reply->usage.completion_tokens.value_or(0) << " out, ";
    if (reply->cost) {
      std::cout << '$' << reply->cost->to_string() << '\n';
      sum.nanodollars += reply->cost->nanodollars;
    } else {
      std::cout << "at a cost that the provider does not state\n";  // which is not zero
    }
  }
  std::cout << "together $" << sum.to_string() << '\n';
}
