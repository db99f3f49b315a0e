// A way into the gateway: one file of routes/ each.
#pragma once

#include <span>
#include <string_view>

#include "gateway/request.hpp"

namespace tollway::gateway {

// Serves a request whose route was found and whose key was accepted. An error that comes back
// before an answer was begun is answered in the client's dialect.
using Serve = net::Task<Result<>> (*)(Request& request);

struct Route {
  std::string_view method;
  std::string_view path;  // under /api/v1 and /v1: "chat/completions", "model/{author}/{slug}"
  bool open = false;      // answers without a key
  bool chat = false;      // takes the provider's default model where none is named
  const dialects::Dialect& (*dialect)() = nullptr;  // what the upstream's answers are read in
  Serve serve = nullptr;
};

namespace routes {
// Every route, made by CMake from the files of the folder.
std::span<const Route* const> all();
}  // namespace routes

}  // namespace tollway::gateway
