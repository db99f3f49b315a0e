#include "recording/format.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <sodium.h>

#include <boost/json.hpp>
#include <optional>

#include "recording/json_text.hpp"

namespace tollway::recording {
namespace {

namespace json = boost::json;

std::unexpected<Error> malformed(std::string_view what) {
  return internal_error(fmt::format("not a recording: {}", what));
}

const json::object* object_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? nullptr : value->if_object();
}

std::optional<std::string> string_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

// The bytes under `name`, or under `encoded_name` where they are no text.
std::optional<std::string> bytes_in(const json::object& object, std::string_view name,
                                    std::string_view encoded_name) {
  if (auto text = string_in(object, name)) return text;
  const auto encoded = string_in(object, encoded_name);
  if (!encoded) return std::nullopt;
  std::string bytes(encoded->size(), '\0');
  std::size_t size = 0;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       encoded->data(), encoded->size(), nullptr, &size, nullptr,
                                       sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

Result<> read_request(const json::object& request, Exchange& exchange) {
  auto method = string_in(request, "method");
  auto path = string_in(request, "path");
  if (!method || !path) return malformed("request needs the strings method and path");
  exchange.method = std::move(*method);
  exchange.path = std::move(*path);
  const json::value* body = request.if_contains("body");
  if (auto bytes = bytes_in(request, "body", "body_base64")) {
    exchange.request_body = std::move(*bytes);
  } else if (body != nullptr && !body->is_null()) {
    exchange.request_body = json::serialize(*body);
  }
  return {};
}

Result<> read_chunks(const json::array& chunks, Exchange& exchange) {
  for (const json::value& value : chunks) {
    const json::object* chunk = value.if_object();
    if (chunk == nullptr) return malformed("a chunk is an object with delay_ms and data");
    auto data = bytes_in(*chunk, "data", "base64");
    if (!data) return malformed("a chunk needs the string data or base64");
    const json::value* delay = chunk->if_contains("delay_ms");
    boost::system::error_code code;
    const auto delay_ms = delay == nullptr ? 0.0 : delay->to_number<double>(code);
    // An hour is more than any wait in the gateway lasts, and keeps the cast defined.
    const bool in_range = !code && delay_ms >= 0 && delay_ms < 3'600'000;
    if (!in_range) {
      return malformed("delay_ms is a number from 0 to 3600000");
    }
    exchange.chunks.push_back(
        {std::chrono::milliseconds(static_cast<std::int64_t>(delay_ms)), std::move(*data)});
  }
  return {};
}

Result<> read_response(const json::object& response, Exchange& exchange) {
  const json::value* status = response.if_contains("status");
  if (status == nullptr || !status->is_int64() || status->get_int64() < 100 ||
      status->get_int64() > 599) {
    return malformed("response.status is a number from 100 to 599");
  }
  exchange.status = static_cast<int>(status->get_int64());
  if (const json::object* headers = object_in(response, "headers")) {
    for (const auto& [name, value] : *headers) {
      if (!value.is_string()) return malformed("a header's value is a string");
      exchange.headers.emplace_back(name, value.get_string());
    }
  }
  if (const json::value* cut = response.if_contains("cut")) {
    exchange.cut = cut->is_bool() && cut->get_bool();
  }
  const json::value* chunks = response.if_contains("chunks");
  if (chunks != nullptr && chunks->is_array()) {
    exchange.streamed = true;
    return read_chunks(chunks->get_array(), exchange);
  }
  auto body = bytes_in(response, "body", "body_base64");
  if (!body) return malformed("response needs a string body or an array chunks");
  exchange.chunks.push_back({{}, std::move(*body)});
  return {};
}

bool is_text(std::string_view bytes) {
  return simdjson::validate_utf8(bytes.data(), bytes.size());
}

void append_bytes(std::string& out, std::string_view name, std::string_view encoded_name,
                  std::string_view bytes) {
  if (is_text(bytes)) {
    out += fmt::format("\"{}\": {}", name, json::serialize(json::string_view(bytes)));
    return;
  }
  std::string encoded(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL),
                      '\0');
  sodium_bin2base64(encoded.data(), encoded.size(),
                    reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  encoded.pop_back();  // the terminating NUL
  out += fmt::format("\"{}\": \"{}\"", encoded_name, encoded);
}

std::string to_json(std::string_view text) {
  return json::serialize(json::string_view(text));
}

void append_request(std::string& out, const Exchange& exchange) {
  out += fmt::format("  \"request\": {{\n    \"method\": {},\n    \"path\": {},\n    ",
                     to_json(exchange.method), to_json(exchange.path));
  const std::string& body = exchange.request_body;
  if (body.empty()) {
    out += "\"body\": null";
  } else if (is_text(body) && parse_json(body)) {
    out += fmt::format("\"body\": {}", body);
  } else {
    append_bytes(out, "body", "body_base64", body);
  }
  out += "\n  },\n";
}

void append_response(std::string& out, const Exchange& exchange) {
  out +=
      fmt::format("  \"response\": {{\n    \"status\": {},\n    \"headers\": {{", exchange.status);
  const char* separator = "";
  for (const auto& [name, value] : exchange.headers) {
    out += fmt::format("{}\n      {}: {}", separator, to_json(name), to_json(value));
    separator = ",";
  }
  out += exchange.headers.empty() ? "},\n    " : "\n    },\n    ";
  if (exchange.cut) out += "\"cut\": true,\n    ";
  if (exchange.streamed) {
    out += "\"chunks\": [";
    separator = "";
    for (const Chunk& chunk : exchange.chunks) {
      out += fmt::format("{}\n      {{\"delay_ms\": {}, ", separator, chunk.delay.count());
      append_bytes(out, "data", "base64", chunk.data);
      out += '}';
      separator = ",";
    }
    out += exchange.chunks.empty() ? "]" : "\n    ]";
  } else {
    append_bytes(out, "body", "body_base64",
                 exchange.chunks.empty() ? "" : exchange.chunks.front().data);
  }
  out += "\n  }\n";
}

}  // namespace

Result<Exchange> parse_exchange(std::string_view text) {
  const auto document = parse_json(text);
  if (!document) return malformed("it is no JSON");
  const json::object* root = document->if_object();
  if (root == nullptr) return malformed("it is no JSON object");
  const json::object* request = object_in(*root, "request");
  const json::object* response = object_in(*root, "response");
  if (request == nullptr || response == nullptr) {
    return malformed("it needs the objects request and response");
  }
  Exchange exchange;
  exchange.id = string_in(*root, "id").value_or("");
  exchange.recorded_at = string_in(*root, "recorded_at").value_or("");
  if (auto read = read_request(*request, exchange); !read) return std::unexpected(read.error());
  if (auto read = read_response(*response, exchange); !read) return std::unexpected(read.error());
  return exchange;
}

std::string to_text(const Exchange& exchange) {
  std::string out = fmt::format("{{\n  \"id\": {},\n", to_json(exchange.id));
  if (!exchange.recorded_at.empty()) {
    out += fmt::format("  \"recorded_at\": {},\n", to_json(exchange.recorded_at));
  }
  append_request(out, exchange);
  append_response(out, exchange);
  out += "}\n";
  return out;
}

}  // namespace tollway::recording
