#include "gateway_call.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>

#include "client/http_call.hpp"
#include "http/origin.hpp"
#include "settings/serve_settings.hpp"

namespace tollway {
namespace {

namespace json = boost::json;

constexpr const char* key_variable = "TOLLWAY_GATEWAY_KEY";
constexpr int client_errors = 400;
constexpr int server_errors = 500;

// Of an error in OpenRouter's words; null where it is none.
const json::string* message_in(const json::value& document) {
  json::error_code failed;
  const auto* const message = document.find_pointer("/error/message", failed);
  return failed || message == nullptr ? nullptr : message->if_string();
}

Result<client::HttpAnswer> answer_to(const GatewayQuestion& question) {
  const auto query = std::min(question.path.find('?'), question.path.size());
  const auto parsed = http::parse_url(question.url + question.path.substr(0, query));
  if (!parsed) return std::unexpected(parsed.error());
  const auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(runtime.error());
  client::HttpCall call;
  call.origin = parsed->origin;
  call.target = parsed->path + question.path.substr(query);
  call.body = question.body;
  if (!question.body.empty()) call.method = "POST";
  if (const char* const key = std::getenv(key_variable)) {
    call.authentication.value = Secret(fmt::format("Bearer {}", key));
  }
  call.addresses = net::AddressPolicy::private_allowed;
  auto answer = client::http_call(**runtime, std::move(call));
  if (answer) return answer;
  return upstream_error(answer.error().code,
                        fmt::format("no gateway answers at {}: {}; is `tollway serve` running, "
                                    "and is --gateway its address?",
                                    question.url, answer.error().message));
}

}  // namespace

std::string gateway_url(const Installation& installation, const std::string& given) {
  if (!given.empty()) return given;
  const auto settings = settings::serve_settings_from(installation.snapshot);
  const bool tls = !settings.tls_certificate_file.empty();
  return fmt::format("{}://{}", tls ? "https" : "http", settings.listen);
}

Error no_gateway(const std::string& url, int status) {
  return {Errc::upstream_invalid,
          Source::upstream,
          Retry::never,
          fmt::format("what answers at {} is no gateway of this version (status {})", url, status),
          {}};
}

Result<json::object> ask_gateway(const GatewayQuestion& question) {
  const auto answer = answer_to(question);
  if (!answer) return std::unexpected(answer.error());
  if (answer->status == 401) {
    return client_error(Errc::unauthenticated,
                        fmt::format("the gateway at {} wants a key; set {} to one of its keys",
                                    question.url, key_variable));
  }
  json::error_code failed;
  auto document = json::parse(answer->body, failed);
  const auto* const message = failed ? nullptr : message_in(document);
  if (answer->status >= client_errors && answer->status < server_errors && message != nullptr) {
    return client_error(Errc::bad_request, std::string(*message));
  }
  if (failed || answer->status != 200 || !document.is_object()) {
    return std::unexpected(no_gateway(question.url, answer->status));
  }
  return std::move(document.get_object());
}

}  // namespace tollway
