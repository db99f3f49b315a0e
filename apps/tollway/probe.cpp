#include "probe.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "client/http_call.hpp"

namespace tollway {

std::string base_url_of(const ProviderInfo& info, const SettingsSnapshot& settings) {
  std::string url = settings.text(info.base_url_setting).value_or("");
  if (url.empty()) url = info.default_base_url;
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty() && !url.contains("://")) url = (info.is_cloud ? "https://" : "http://") + url;
  return url;
}

Result<ProbeAnswer> probe(const ProviderInfo& info, const SettingsSnapshot& settings,
                          ProbeOptions options) {
  const std::string text = base_url_of(info, settings);
  if (text.empty()) {
    return client_error(
        Errc::not_configured,
        fmt::format("{} has no URL; set {}", info.provider_name, info.base_url_setting));
  }
  // A query, such as Azure's version, belongs to other routes.
  auto url = http::parse_url(std::string_view(text).substr(0, text.find('?')));
  if (!url) {
    return client_error(Errc::bad_request,
                        fmt::format("{}: {}", info.base_url_setting, url.error().message));
  }
  auto runtime = Runtime::shared();
  if (!runtime) return std::unexpected(runtime.error());
  const bool private_allowed =
      !info.is_cloud || settings.allows_private_address(info.base_url_setting);
  client::HttpCall call;
  call.origin = url->origin;
  call.target = url->path + std::string(options.path);
  if (call.target.empty()) call.target = "/";
  call.timeout = std::chrono::duration_cast<net::Duration>(options.timeout);
  if (private_allowed) call.addresses = net::AddressPolicy::private_allowed;
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = client::http_call(**runtime, std::move(call));
  if (!answer) return std::unexpected(answer.error());
  ProbeAnswer made{.status = answer->status, .tls = url->origin.tls, .date = {}, .duration = {}};
  if (const auto date = answer->head.find("date")) made.date = std::string(*date);
  made.duration = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  return made;
}

}  // namespace tollway
