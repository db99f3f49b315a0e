// An answer that is JSON of a given shape.
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
  const auto model = tollway::create_openrouter_llm({}, 0.0, options);
  if (!model) return fail(model.error());

  tollway::ResponseFormat person;
  person.kind = tollway::ResponseFormat::Kind::json_schema;
  person.name = "person";
  person.strict = true;
  person.schema = R"({"type": "object",
                      "properties": {"name": {"type": "string"}, "born": {"type": "integer"}},
                      "required": ["name", "born"],
                      "additionalProperties": false})";
  tollway::ChatRequest request;
  request.response_format = person;
  // OpenRouter routes to providers that hold the model to the schema.
  request.extra_json = R"({"provider": {"require_parameters": true}})";
  request.messages = {tollway::Message::user("Who wrote Faust?")};
  const auto reply = model->invoke(request);
  if (!reply) return fail(reply.error());
  if (!reply->refusal.empty()) {
    std::cerr << "refused: " << reply->refusal << '\n';
    return 1;
  }
  std::cout << reply->content << '\n';  // {"name":"Johann Wolfgang von Goethe","born":1749}
}
