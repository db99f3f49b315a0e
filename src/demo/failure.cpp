#include "demo/failure.hpp"

#include <fmt/format.h>

#include "demo/json_text.hpp"
#include "demo/model.hpp"

namespace tollway::demo {
namespace {

struct Type {
  std::string_view openrouter;  // error_type
  std::string_view anthropic;
};

Type type_of(int status) {
  switch (status) {
    case 401:
      return {"authentication", "authentication_error"};
    case 402:
      return {"payment_required", "billing_error"};
    case 403:
      return {"permission_denied", "permission_error"};
    case 404:
      return {"not_found", "not_found_error"};
    case 412:
      return {"precondition_failed", "invalid_request_error"};
    case 413:
      return {"payload_too_large", "invalid_request_error"};
    case 422:
      return {"unprocessable", "invalid_request_error"};
    case 429:
      return {"rate_limit_exceeded", "rate_limit_error"};
    case 502:
      return {"provider_unavailable", "api_error"};
    case 503:
    case 529:
      return {"provider_overloaded", "overloaded_error"};
    case 408:
    case 504:
    case 524:
      return {"timeout", "timeout_error"};
    default:
      return status < 500 ? Type{"invalid_request", "invalid_request_error"}
                          : Type{"server", "api_error"};
  }
}

}  // namespace

std::string error_object(int status, std::string_view message) {
  return object({{"code", std::to_string(status)},
                 {"message", text(message)},
                 {"metadata", object({{"error_type", text(type_of(status).openrouter)},
                                      {"provider_name", text(provider_name)}})}});
}

std::string error_body(int status, std::string_view message) {
  return object({{"error", error_object(status, message)}});
}

std::string anthropic_error_body(int status, std::string_view message) {
  return object({{"type", text("error")},
                 {"error", object({{"type", text(type_of(status).anthropic)},
                                   {"message", text(message)},
                                   {"error_type", text(type_of(status).openrouter)}})},
                 {"request_id", "null"}});
}

Answer failure(int status, std::string body) {
  Answer answer;
  answer.status = status;
  if (status == 429 || status == 503) answer.headers.emplace_back("Retry-After", "1");
  answer.pieces.push_back({{}, std::move(body)});
  return answer;
}

Answer whole_answer(const Question& question, Result<std::string> body) {
  if (!body) return failure(400, error_body(400, body.error().message));
  Answer answer;
  answer.headers.emplace_back("X-Generation-Id", question.moment.id);
  answer.pieces.push_back({{}, std::move(*body)});
  return answer;
}

std::string failure_message(int status) {
  return fmt::format("The demonstration was asked for this error ({}).", status);
}

}  // namespace tollway::demo
