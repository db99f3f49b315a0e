#include "net/proxy.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <charconv>
#include <cstdlib>
#include <string>
#include <system_error>

#include "http/head_writer.hpp"
#include "net/answer_reader.hpp"

namespace tollway::net {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    const auto digits = text.substr(i + 1, 2);
    if (text[i] == '%' && digits.size() == 2) {
      const auto [end, bad] = std::from_chars(digits.data(), digits.data() + 2, value, 16);
      if (bad == std::errc{} && end == digits.data() + 2) {
        out += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto* const from = reinterpret_cast<const unsigned char*>(bytes.data());
  auto* const to = reinterpret_cast<unsigned char*>(out.data());
  const int size = EVP_EncodeBlock(to, from, static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// RFC 7617: the pair is split at the first colon before it is decoded, and sent whole.
std::string basic_authorization(std::string_view userinfo) {
  const auto colon = userinfo.find(':');
  const auto user = userinfo.substr(0, colon);
  const auto password = colon == std::string_view::npos ? "" : userinfo.substr(colon + 1);
  return "Basic " + base64(percent_decoded(user) + ':' + percent_decoded(password));
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes ":port" off the end of an entry and says whether it is the origin's. Entries that hold
// several colons outside brackets are IPv6 literals.
bool takes_port(std::string_view& entry, std::uint16_t port) {
  if (entry.starts_with('[')) {
    const auto closing = entry.find(']');
    if (closing == std::string_view::npos) return true;
    const auto rest = entry.substr(closing + 1);
    entry = entry.substr(1, closing - 1);
    return rest.empty() || rest == fmt::format(":{}", port);
  }
  const auto colon = entry.find(':');
  if (colon == std::string_view::npos || entry.find(':', colon + 1) != std::string_view::npos) {
    return true;
  }
  const auto wanted = entry.substr(colon + 1);
  entry = entry.substr(0, colon);
  return wanted == fmt::format("{}", port);
}

bool covers(std::string_view entry, const http::Origin& origin) {
  if (entry == "*") return true;
  if (!takes_port(entry, origin.port)) return false;
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || entry.size() > origin.host.size()) return false;
  const auto tail = std::string_view(origin.host).substr(origin.host.size() - entry.size());
  if (!http::equals_ignoring_case(tail, entry)) return false;
  return tail.size() == origin.host.size() ||
         origin.host[origin.host.size() - entry.size() - 1] == '.';
}

std::string_view environment(const char* name, const char* other_name) {
  for (const char* const each : {name, other_name}) {
    const char* const value = std::getenv(each);  // NOLINT(concurrency-mt-unsafe): at start-up
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string connect_head(const ProxySettings& settings, const http::Origin& origin) {
  const bool v6 = origin.host.find(':') != std::string::npos;
  const std::string authority = v6 ? fmt::format("[{}]:{}", origin.host, origin.port)
                                   : fmt::format("{}:{}", origin.host, origin.port);
  std::string head;
  http::HeadWriter writer(head);
  writer.request("CONNECT", authority).header("Host", authority);
  if (!settings.authorization.empty()) {
    writer.header("Proxy-Authorization", settings.authorization);
  }
  writer.finish();
  return head;
}

}  // namespace

Result<ProxySettings> parse_proxy_settings(std::string_view https_proxy,
                                           std::string_view no_proxy) {
  ProxySettings settings;
  settings.no_proxy = no_proxy;
  if (https_proxy.empty()) return settings;
  // A bare "host:port" is what many write, and curl takes.
  const bool bare = https_proxy.find("://") == std::string_view::npos;
  const std::string text = bare ? fmt::format("http://{}", https_proxy) : std::string(https_proxy);
  auto url = http::parse_url(text, true);
  // The message leaves the value out, which may hold a password.
  if (!url || url->origin.tls || !url->path.empty()) {
    return internal_error(
        "HTTPS_PROXY is expected to be http://[user:password@]host:port; TLS to the proxy itself "
        "and other kinds of proxies are not supported");
  }
  if (!url->userinfo.empty()) settings.authorization = basic_authorization(url->userinfo);
  settings.https_proxy = std::move(url->origin);
  return settings;
}

Result<ProxySettings> proxy_from_environment() {
  return parse_proxy_settings(environment("HTTPS_PROXY", "https_proxy"),
                              environment("NO_PROXY", "no_proxy"));
}

bool uses_proxy(const ProxySettings& settings, const http::Origin& origin) {
  if (!settings.https_proxy || !origin.tls) return false;
  std::string_view list = settings.no_proxy;
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (covers(trimmed(list.substr(0, comma)), origin)) return false;
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  }
  return true;
}

Task<Result<>> open_tunnel(Socket& socket, const ProxySettings& settings,
                           const http::Origin& origin) {
  const std::string head = connect_head(settings, origin);
  auto writing = socket.write({head});
  if (auto written = co_await std::move(writing); !written) co_return written;

  AnswerReader answer;
  answer.begin(true);
  while (true) {
    auto reading = socket.read_some(answer.prepare());
    const auto size = co_await std::move(reading);
    if (!size) co_return std::unexpected(size.error());
    answer.received(*size);
    const auto there = answer.read_head();
    if (!there) co_return std::unexpected(there.error());
    if (!*there) continue;
    const int status = answer.head().status();
    // Bytes behind the head would be the origin's, which has not been spoken to yet.
    if (status < 300 && !answer.has_unread()) co_return Result<>{};
    co_return upstream_error(
        Errc::connect_failed,
        fmt::format("the proxy {} answered {} to CONNECT {}", settings.https_proxy->to_string(),
                    status, origin.to_string()));
  }
}

}  // namespace tollway::net
