#include "gateway/error_response.hpp"

#include <fmt/format.h>

#include "dialects/json_reader.hpp"

namespace tollway::gateway {
namespace {

using dialects::json_string;

// OpenRouter's stable vocabulary (its error reference, "error_type").
std::string_view openrouter_type(int status) {
  switch (status) {
    case 400:
      return "invalid_request";
    case 401:
      return "authentication";
    case 403:
      return "permission_denied";
    case 404:
    case 405:
      return "not_found";
    case 413:
    case 431:
      return "payload_too_large";
    case 408:
    case 504:
      return "timeout";
    case 502:
      return "provider_unavailable";
    case 503:
      return "provider_overloaded";
    default:
      return "server";
  }
}

std::string_view openai_type(int status) {
  return status < 500 ? "invalid_request_error" : "server_error";
}

std::string_view anthropic_type(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 404:
    case 405:
      return "not_found_error";
    case 413:
    case 431:
      return "request_too_large";
    case 503:
      return "overloaded_error";
    case 408:
    case 504:
      return "timeout_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

}  // namespace

ErrorStyle error_style_of(std::string_view path) noexcept {
  if (path.ends_with("/messages") || path.contains("/messages/")) return ErrorStyle::anthropic;
  return path.starts_with("/api/") ? ErrorStyle::openrouter : ErrorStyle::openai;
}

int http_status(Errc code) noexcept {
  switch (code) {
    case Errc::bad_request:
      return 400;
    case Errc::unauthenticated:
      return 401;
    case Errc::forbidden:
      return 403;
    case Errc::not_found:
      return 404;
    case Errc::method_not_allowed:
      return 405;
    case Errc::request_timeout:
      return 408;
    case Errc::body_too_large:
      return 413;
    case Errc::head_too_large:
      return 431;
    case Errc::cancelled:
      return 499;  // nobody reads it; nginx's number, for the record
    case Errc::dns_failed:
    case Errc::connect_failed:
    case Errc::address_refused:
    case Errc::tls_failed:
    case Errc::connection_lost:
    case Errc::upstream_invalid:
    case Errc::upstream_too_large:
    case Errc::upstream_error:
      return 502;
    case Errc::connect_timeout:
    case Errc::upstream_timeout:
      return 504;
    case Errc::overloaded:
    case Errc::draining:
      return 503;
    case Errc::not_configured:
    case Errc::internal:
      return 500;
  }
  return 500;
}

std::string error_body(const Error& error, int status, ErrorStyle style,
                       std::string_view request_id) {
  const std::string message = json_string(error.message);
  switch (style) {
    case ErrorStyle::openai:
      return fmt::format(R"({{"error":{{"message":{},"type":"{}","param":null,"code":"{}"}}}})",
                         message, openai_type(status),
                         status == 401 ? "invalid_api_key" : name_of(error.code));
    case ErrorStyle::anthropic:
      return fmt::format(
          R"({{"type":"error","error":{{"type":"{}","message":{}}},"request_id":{}}})",
          anthropic_type(status), message, request_id.empty() ? "null" : json_string(request_id));
    case ErrorStyle::openrouter:
      break;
  }
  return fmt::format(R"({{"error":{{"code":{},"message":{},"metadata":{{"error_type":"{}"}}}}}})",
                     status, message, openrouter_type(status));
}

}  // namespace tollway::gateway
