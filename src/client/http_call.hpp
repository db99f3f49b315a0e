// One bounded HTTP exchange on a Runtime: model lists, probes of local servers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/head.hpp"
#include "http/origin.hpp"
#include "net/dial_guard.hpp"
#include "net/types.hpp"
#include "tollway/error.hpp"
#include "tollway/runtime.hpp"
#include "tollway/secret.hpp"

namespace tollway::client {

// The header that says who calls. Belongs to the origin it is sent to.
struct Authentication {
  std::string header = "Authorization";
  Secret value;  // "Bearer sk-..."; empty: the header is not sent
};

using HeaderLines = std::vector<std::pair<std::string, std::string>>;  // name and value

struct HttpCall {
  http::Origin origin;
  std::string method = "GET";
  std::string target = "/";  // path and query, percent-encoded where need be
  Authentication authentication;
  HeaderLines headers;  // besides Host, Content-Length, Accept-Encoding, User-Agent
  std::string body;     // sent with a Content-Type of application/json, unless empty
  net::AddressPolicy addresses = net::AddressPolicy::public_only;
  net::Duration timeout = std::chrono::seconds(30);  // for everything
  std::size_t answer_bytes_max = 16 * 1024 * 1024;
};

struct HttpAnswer {
  int status = 0;
  http::Head head;
  std::string body;  // decoded
};

// Answers of any status are answers; redirects are not followed. Errors are ClientCall::send's,
// upstream_too_large, and cancelled where the runtime ends first. Blocks for the timeout at most;
// not to be called on the runtime's own thread (an error).
[[nodiscard]] Result<HttpAnswer> http_call(Runtime& runtime, HttpCall call);
// The same without blocking: `done` is called once, on the runtime's thread, and must not block.
void async_http_call(Runtime& runtime, HttpCall call, std::function<void(Result<HttpAnswer>)> done);

// The head of a request, complete. It holds the credential, hence a Secret.
struct RequestLine {
  std::string_view method;
  std::string_view target;
};
[[nodiscard]] Secret write_request_head(RequestLine line, const http::Origin& origin,
                                        const Authentication& authentication,
                                        const HeaderLines& headers, std::size_t body_size);

}  // namespace tollway::client
