// POST completions, the legacy route.
#include <boost/json.hpp>

#include "demo/dialect.hpp"
#include "demo/failure.hpp"
#include "demo/json_text.hpp"
#include "demo/routes.hpp"
#include "demo/usage.hpp"

namespace tollway::demo {
namespace {

namespace json = boost::json;

Result<Conversation> read(const json::object& request) {
  auto conversation = read_settings(request, {"max_tokens", "max_completion_tokens"});
  if (!conversation) return conversation;
  const json::value* prompt = request.if_contains("prompt");
  // OpenAI allows an array of prompts; the demonstration answers the first.
  if (prompt != nullptr && prompt->is_array() && !prompt->get_array().empty()) {
    prompt = &prompt->get_array().front();
  }
  if (prompt == nullptr || !prompt->is_string()) {
    return client_error(Errc::bad_request, "prompt must be a string");
  }
  conversation->add_message("user", std::string(prompt->get_string()));
  return conversation;
}

std::string answer_of(const Reply& reply, std::string_view said, const std::string& reason) {
  return object({{"id", text(reply.moment->id)},
                 {"provider", text(provider_name)},
                 {"model", text(reply.model->id)},
                 {"object", text("text_completion")},
                 {"created", std::to_string(reply.moment->unix_seconds)},
                 {"choices", array({object({{"text", text(said)},
                                            {"index", "0"},
                                            {"finish_reason", reason},
                                            {"native_finish_reason", reason},
                                            {"logprobs", "null"}})})}});
}

std::string whole(const Reply& reply, const json::object&) {
  return with(answer_of(reply, reply.whole(), text(finish_reason_of(reply))),
              {{"usage", usage_of(reply)}});
}

class CompletionEncoder final : public Encoder {
 public:
  explicit CompletionEncoder(const Reply& reply) : reply_(reply) {}

  std::string open() override { return {}; }
  std::string token(std::string_view token) override {
    return event(answer_of(reply_, token, "null"));
  }
  std::string close() override {
    const std::string last = answer_of(reply_, "", text(finish_reason_of(reply_)));
    return event(last) + event(with(last, {{"usage", usage_of(reply_)}})) + event("[DONE]");
  }
  std::string error(int status, std::string_view message) override {
    return event(
        with(answer_of(reply_, "", text("error")), {{"error", error_object(status, message)}}));
  }

 private:
  const Reply& reply_;
};

std::unique_ptr<Encoder> encoder(const Reply& reply, const json::object&) {
  return std::make_unique<CompletionEncoder>(reply);
}

}  // namespace

Answer completions(const Question& question) {
  return converse({&read, &whole, &encoder, &error_body}, question);
}

}  // namespace tollway::demo
