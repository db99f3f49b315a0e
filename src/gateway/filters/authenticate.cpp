#include "gateway/filters/authenticate.hpp"

namespace tollway::gateway::filters {
namespace {

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool is_loopback_name(std::string_view host) {
  const auto name = without_port(host);
  return name == "127.0.0.1" || name == "[::1]" || http::equals_ignoring_case(name, "localhost");
}

Result<> refuse_other_sites(const http::Head& head) {
  const auto host = head.find("host").value_or(std::string_view());
  if (!is_loopback_name(host)) {
    return client_error(Errc::forbidden,
                        "without authentication only the Host names localhost, 127.0.0.1 and [::1] "
                        "are served");
  }
  const auto origin = head.find("origin");
  if (!origin) return {};
  const auto authority = origin->find("://");
  if (authority == origin->npos || !is_loopback_name(origin->substr(authority + 3))) {
    return client_error(Errc::forbidden,
                        "without authentication requests from other sites are refused");
  }
  return {};
}

}  // namespace

std::string_view presented_key(const http::Head& head) {
  constexpr std::string_view scheme = "bearer ";
  if (const auto authorization = head.find("authorization")) {
    if (http::equals_ignoring_case(authorization->substr(0, scheme.size()), scheme)) {
      const auto key = authorization->substr(scheme.size());
      return key.substr(std::min(key.find_first_not_of(' '), key.size()));
    }
  }
  return head.find("x-api-key").value_or(std::string_view());
}

Result<> authenticate(Request& request) {
  const http::Head& head = request.exchange.head();
  if (!request.services.options.authenticate) return refuse_other_sites(head);
  const auto presented = presented_key(head);
  if (presented.empty()) {
    return client_error(Errc::unauthenticated,
                        "no key: send \"Authorization: Bearer sk-tw-...\" or \"x-api-key\"");
  }
  request.key = request.services.keys.find(presented);
  if (request.key == nullptr) {
    return client_error(Errc::unauthenticated, "the key is not known to this gateway");
  }
  return {};
}

}  // namespace tollway::gateway::filters
