#include "gateway/request.hpp"

namespace tollway::gateway {

void Request::release_bodies() {
  body = {};
  spliced_body = std::string();
  first.body = std::string();
  if (second != nullptr) second->body = std::string();
  exchange.release_body();
}

}  // namespace tollway::gateway
