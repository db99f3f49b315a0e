#include "providers/base_url.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "http/head.hpp"

namespace tollway::providers {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view around = " \t\r\n\"'`<>";
  const std::size_t begin = text.find_first_not_of(around);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(around) - begin + 1);
}

// "host:port" of what follows the scheme.
std::string_view authority_of(std::string_view text) {
  return text.substr(0, text.find_first_of("/?"));
}

bool has_port(std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  return colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
}

std::string_view host_of(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(1, authority.find(']') - 1);
  return authority.substr(0, authority.find(':'));
}

bool ends_with_label(std::string_view host, std::string_view label) {
  return host.size() > label.size() && host[host.size() - label.size() - 1] == '.' &&
         http::equals_ignoring_case(host.substr(host.size() - label.size()), label);
}

bool is_private(const in_addr& address) {
  const std::uint32_t bits = ntohl(address.s_addr);
  return bits >> 24 == 127 || bits >> 24 == 10 || bits >> 24 == 0 || bits >> 20 == 0xac1 ||
         bits >> 16 == 0xc0a8 || bits >> 22 == 0x191;  // 172.16/12, 192.168/16, 100.64/10
}

// Names and addresses that TLS is not to be expected of.
bool is_near(std::string_view host) {
  in_addr v4{};
  if (inet_pton(AF_INET, std::string(host).c_str(), &v4) == 1) return is_private(v4);
  in6_addr v6{};
  if (inet_pton(AF_INET6, std::string(host).c_str(), &v6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6) ||
           (v6.s6_addr[0] & 0xfe) == 0xfc;
  }
  constexpr std::array<std::string_view, 5> local{"localhost", "local", "lan", "internal",
                                                  "home.arpa"};
  return !host.contains('.') || std::ranges::any_of(local, [host](std::string_view label) {
    return ends_with_label(host, label);
  });
}

std::string with_scheme(std::string_view text, const std::optional<http::Url>& known, bool local) {
  if (text.contains("://")) return std::string(text);
  while (text.starts_with('/')) text.remove_prefix(1);
  const std::string_view authority = authority_of(text);
  const std::string_view host = host_of(authority);
  const bool near = is_near(host);
  std::string url = near ? "http://" : "https://";
  url += authority;
  if (local && near && known && !has_port(authority)) {
    url += fmt::format(":{}", known->origin.port);
  }
  url += text.substr(authority.size());
  return url;
}

// "a//b/" becomes "a/b"; the scheme's slashes stay.
std::string without_spare_slashes(std::string_view url) {
  const std::size_t begin = url.find("://") + 3;
  std::string text(url.substr(0, begin));
  for (const char byte : url.substr(begin)) {
    if (byte != '/' || text.size() == begin || text.back() != '/') text += byte;
  }
  while (text.size() > begin && text.ends_with('/')) text.pop_back();
  return text;
}

bool drop_segment(std::string_view& path, std::string_view segment) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  if (segment != "{model}" && path.substr(slash + 1) != segment) return false;
  path = path.substr(0, slash);
  return true;
}

// Takes a route off the end of a path; "{model}" matches any segment.
bool drop_route(std::string_view& path, std::string_view route) {
  std::string_view rest = path;
  if (route.starts_with('/')) route.remove_prefix(1);
  route = route.substr(0, route.find('?'));
  while (!route.empty()) {
    const std::size_t slash = route.rfind('/');
    const std::size_t begin = slash == std::string_view::npos ? 0 : slash + 1;
    if (!drop_segment(rest, route.substr(begin))) return false;
    route = begin == 0 ? std::string_view() : route.substr(0, slash);
  }
  path = rest;
  return true;
}

bool is_version(std::string_view segment) {
  return segment.size() >= 2 && segment[0] == 'v' && segment[1] >= '0' && segment[1] <= '9';
}

std::string base_path(std::string_view path, const Description& description) {
  constexpr std::array<std::string_view, 6> routes{"chat/completions", "completions", "responses",
                                                   "embeddings",       "messages",    "models"};
  if (!drop_route(path, description.chat_path) && !drop_route(path, description.models.path)) {
    std::ignore = std::ranges::any_of(
        routes, [&path](std::string_view route) { return drop_route(path, route); });
  }
  for (;;) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos || slash == 0) break;
    const std::string_view last = path.substr(slash + 1);
    if (!is_version(last) || !path.substr(0, slash).ends_with(fmt::format("/{}", last))) break;
    path = path.substr(0, slash);
  }
  return std::string(path);
}

bool is_unreserved(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || std::string_view("-._~").contains(byte);
}

}  // namespace

bool is_query_value(std::string_view value) {
  return !value.empty() && value.size() <= query_value_bytes_max &&
         std::ranges::all_of(value, is_unreserved);
}

namespace {

Result<std::vector<NameValue>> query_of(std::string_view text, std::vector<NameValue> query) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const auto known = std::ranges::find(query, name, &NameValue::name);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    if (known == query.end() || !is_query_value(value)) {
      return client_error(Errc::bad_request,
                          "not a usable base URL: expected no query but what the provider's "
                          "descriptor names; leave out the \"?\" and all behind it");
    }
    known->value = value;
  }
  return query;
}

}  // namespace

std::string BaseUrl::to_string() const {
  const auto& origin = url.origin;
  const std::string host = origin.host_header();
  return fmt::format("{}://{}{}", origin.tls ? "https" : "http", host, url.path);
}

std::string BaseUrl::query_text() const {
  std::string text;
  for (const NameValue& pair : query) {
    if (!text.empty()) text += '&';
    text += pair.name + '=' + pair.value;
  }
  return text;
}

std::string BaseUrl::target(std::string_view path) const {
  std::string target = path.starts_with('/') ? "" : url.path + '/';
  target += path;
  if (!query.empty()) {
    target += target.contains('?') ? '&' : '?';
    target += query_text();
  }
  return target;
}

std::string path_segment(std::string_view name) {
  std::string segment;
  for (const char byte : name) {
    if (is_unreserved(byte) && name != "." && name != "..") {
      segment += byte;
    } else {
      segment += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return segment;
}

std::string path_for_model(std::string_view path, std::string_view model) {
  constexpr std::string_view placeholder = "{model}";
  std::string made(path);
  if (const std::size_t at = made.find(placeholder); at != std::string::npos) {
    made.replace(at, placeholder.size(), path_segment(model));
  }
  return made;
}

Result<BaseUrl> normalise_base_url(std::string_view text, const Description& description) {
  std::optional<http::Url> known;
  if (auto parsed = http::parse_url(description.default_base_url)) known = std::move(*parsed);
  text = trimmed(text);
  if (text.empty()) text = description.default_base_url;
  if (text.empty()) {
    return client_error(
        Errc::not_configured,
        fmt::format("{} has no base URL of its own: set {} (or {})", description.name,
                    description.base_url_setting(), variable_of(description.base_url_setting())));
  }
  const std::size_t mark = text.find('?');
  auto query =
      query_of(mark == std::string_view::npos ? "" : text.substr(mark + 1), description.query);
  if (!query) return std::unexpected(std::move(query.error()));

  const std::string full = with_scheme(text.substr(0, mark), known, description.local);
  auto url = http::parse_url(without_spare_slashes(full));
  if (!url) return std::unexpected(std::move(url.error()));
  url->path = base_path(url->path, description);
  if (description.local && url->origin.host == "0.0.0.0") url->origin.host = "127.0.0.1";
  if (description.local && url->origin.host == "::") url->origin.host = "::1";
  if (url->path.empty() && known && (description.local || url->origin.host == known->origin.host)) {
    url->path = known->path;
  }
  return BaseUrl{std::move(*url), std::move(*query)};
}

}  // namespace tollway::providers
