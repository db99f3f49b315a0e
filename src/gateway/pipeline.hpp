// The phases of a request, in order.
#pragma once

#include "base/recycler.hpp"
#include "gateway/request.hpp"

namespace tollway::gateway {

// What the gateway's server calls for each request. One instance a loop.
class Pipeline final : public net::Handler {
 public:
  explicit Pipeline(Services services) : services_(services) {}

  [[nodiscard]] net::Task<> handle(net::ServerExchange& exchange) override;
  [[nodiscard]] std::string error_body(const Error& error, int status) override;

 private:
  Services services_;
  Recycler<Request> requests_{limits::requests_spare_max};
};

}  // namespace tollway::gateway
