// The model asks for a tool, the program runs it, the model goes on with the result.
#include <iostream>
#include <tollway/tollway.hpp>

namespace {

int fail(const tollway::Error& error) {
  std::cerr << error.message << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto settings = tollway::Settings::open({});
  if (!settings) return fail(settings.error());
  tollway::LlmOptions options;
  options.settings = (*settings)->snapshot();
  const auto model = tollway::create_openrouter_llm({}, {}, options);
  if (!model) return fail(model.error());

  tollway::Tool weather;
  weather.name = "weather";
  weather.description = "The weather in a city, now";
  weather.parameters =
      R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})";
  tollway::ChatRequest request;
  request.tools = {weather};
  request.messages = {tollway::Message::user(argc > 1 ? argv[1] : "How is the weather in Oslo?")};

  for (int turn = 0; turn < 4; ++turn) {
    const auto reply = model->invoke(request);
    if (!reply) return fail(reply.error());
    if (reply->tool_calls.empty()) {
      std::cout << reply->content << '\n';
      return 0;
    }
    request.messages.push_back(reply->to_message());
    for (const auto& call : reply->tool_calls) {
      // A model can be wrong about names and arguments: check both before use.
      std::cout << "calls " << call.name << call.arguments << '\n';
      request.messages.push_back(tollway::Message::tool(call.id, "4 degrees, light rain"));
    }
  }
  return 1;
}
