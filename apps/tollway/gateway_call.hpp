// Asking a running gateway, as a command does.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/error.hpp"
#include "installation.hpp"

namespace tollway {

// `given`, or where the settings say that the gateway listens, where that is empty.
[[nodiscard]] std::string gateway_url(const Installation& installation, const std::string& given);

struct GatewayQuestion {
  std::string url;   // of the gateway
  std::string path;  // below it: "/api/v1/providers/health"
  std::string body;  // JSON, posted; empty: a GET
};

// The answer's document, an object. The key is in TOLLWAY_GATEWAY_KEY. Errors say what is to be
// done where nobody answers, a key is wanted, or another program answers; what a gateway has
// against the question is said in its words.
[[nodiscard]] Result<boost::json::object> ask_gateway(const GatewayQuestion& question);

// Of what answers `url` in other words than a gateway's.
[[nodiscard]] Error no_gateway(const std::string& url, int status);

}  // namespace tollway
